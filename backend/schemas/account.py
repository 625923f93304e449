"""Shapes of accounts and sessions: what sign-up, sign-in and the profile take and answer."""

from __future__ import annotations

from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from backend.schemas.common import Answer, Body, Line, Moment

EMAIL_LENGTH_MAX = 320
PASSWORD_LENGTH_MAX = 1_000
"""Argon2 reads any length; the bound keeps a request from costing more than its share."""


def normalised_email(text: str) -> str:
    """Give an address in lower case, as it is stored and compared.

    Raises:
        PydanticCustomError: not an address; constraint `email_format`.
    """
    try:
        checked = validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise PydanticCustomError("email_format", "{reason}", {"reason": str(error)}) from None
    # Addresses of a closed network are fine, a domain without a dot is a typing mistake.
    if "." not in checked.domain:
        raise PydanticCustomError("email_format", "The part after the @-sign needs a dot")
    return checked.normalized.lower()


Email = Annotated[
    str,
    StringConstraints(max_length=EMAIL_LENGTH_MAX),
    AfterValidator(normalised_email),
    Field(json_schema_extra={"format": "email"}, examples=["user@example.com"]),
]
NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=PASSWORD_LENGTH_MAX)]
AvatarURL = Annotated[
    str,
    StringConstraints(max_length=2_048, pattern=r"^https://[^\s\x00-\x20\x7f\"<>\\^`{|}]+$"),
    Field(description="An https address.", examples=["https://example.com/me.png"]),
]


class RegisterIn(Body):
    """A new account."""

    email: Email
    password: NewPassword
    name: Line


class LoginIn(Body):
    """What proves an account."""

    email: Annotated[str, StringConstraints(max_length=EMAIL_LENGTH_MAX, pattern=r"^[^\x00]*$")]
    password: Annotated[str, StringConstraints(max_length=PASSWORD_LENGTH_MAX)]


class RefreshIn(Body):
    """A refresh token; left out by browsers, whose cookie holds it."""

    refresh_token: Annotated[str, StringConstraints(max_length=4_096)] | None = None


class ProfileIn(Body):
    """What an account may change of itself. Role and plan are not among it."""

    name: Line | None = None
    avatar_url: AvatarURL | None = None


class SessionUser(Answer):
    """Who signed in."""

    id: str
    email: str
    name: str
    role: Literal["user", "admin"]


class SessionOut(Answer):
    """A session's tokens; browsers also get them as cookies."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"]
    expires_in: Annotated[int, Field(description="Seconds.")]
    user: SessionUser


class ProfileOut(Answer):
    """An account as its owner sees it."""

    id: str
    email: str
    name: str
    role: Literal["user", "admin"]
    plan: str
    avatar_url: str | None
    created_at: Moment
