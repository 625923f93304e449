"""Shapes of the audit trail: which entries, and what an entry says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, PlainSerializer, WithJsonSchema

from backend.engine.audit_chain import moment_text
from backend.schemas.common import Answer, PageQuery

ENTRIES_DEFAULT = 50
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)

AskedMoment = Annotated[
    AwareDatetime, Field(ge=_EARLIEST, le=_LATEST, description="RFC 3339, such as 2026-11-22T12:00:00Z.")
]
ExactMoment = Annotated[
    datetime,
    PlainSerializer(moment_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""With microseconds, as the hash covers it."""


class AuditQuery(PageQuery):
    """Which entries of one's own trail."""

    model_config = ConfigDict(extra="forbid", validate_by_alias=True)

    limit: Annotated[int, Field(ge=1, le=200)] = ENTRIES_DEFAULT
    action: Annotated[str, Field(pattern=r"^[a-z_.]{0,60}$", examples=["key.revoked"])] = ""
    key_id: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] = ""
    begins: Annotated[AskedMoment | None, Field(alias="from")] = None
    ends: Annotated[AskedMoment | None, Field(alias="to")] = None


class ActorOut(Answer):
    """Who did it. Administrators on other people's things are named by their id alone."""

    type: Literal["session", "key", "admin", "anonymous", "command", "system"]
    account_id: str | None
    email: str | None
    key_id: str | None


class AuditEntryOut(Answer):
    """One thing that happened on an account."""

    id: int
    seq: Annotated[int, Field(description="1, 2, 3 ... within the account, without gaps.")]
    action: Annotated[str, Field(examples=["key.revoked"])]
    target: Annotated[dict[str, Any], Field(examples=[{"key_id": "ak_live_..."}])]
    actor: ActorOut
    ip: str | None
    user_agent: str | None
    request_id: str | None
    details: dict[str, Any]
    created_at: ExactMoment
    prev_hash: Annotated[str, Field(description="Hash of the entry before; empty for the first.")]
    hash: Annotated[str, Field(description="SHA-256 over the entry and prev_hash.")]


class BrokenEntryOut(Answer):
    """The first entry that does not hold."""

    id: Annotated[int | None, Field(description="Null where the entry is gone.")]
    seq: int
    why: Literal["changed", "missing", "cut", "forked"]


class VerificationOut(Answer):
    """Whether one's own trail is as it was written."""

    is_intact: bool
    checked: Annotated[int, Field(description="Entries that hold, from the first on.")]
    first_broken: BrokenEntryOut | None
