"""The signed-in account's own profile: /api/v1/users/me."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.middleware.access import access
from backend.middleware.openapi import refuses
from backend.middleware.session_auth import current_viewer
from backend.models import Account
from backend.schemas.account import ProfileIn, ProfileOut
from backend.services import account_service

users = APIBlueprint("users", __name__, url_prefix="/api/v1/users", tag="Account")


@users.get("/me")
@access("read")
@users.output(ProfileOut)
def read_profile() -> ProfileOut:
    """Give the signed-in account."""
    return _profile(account_service.profile(current_viewer()))


@users.patch("/me")
@access("write")
@users.input(ProfileIn)
@users.output(ProfileOut)
@refuses(400, 413, 415, 422)
def change_profile(json_data: ProfileIn) -> ProfileOut:
    """Change the name or the picture of the signed-in account."""
    changes = json_data.model_dump(exclude_unset=True)
    return _profile(account_service.change_profile(current_viewer(), changes))


def _profile(account: Account) -> ProfileOut:
    """Give an account as its owner sees it."""
    return ProfileOut.model_validate({name: getattr(account, name) for name in ProfileOut.model_fields})
