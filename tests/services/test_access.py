"""Guarantees of who sees what."""

from __future__ import annotations

from sqlalchemy import select

from backend.models import MLModel
from backend.services.access import Viewer, visible


def test_an_account_is_narrowed_to_its_own_rows() -> None:
    """The owner stands in the statement itself, not in a check that could be forgotten."""
    statement = visible(select(MLModel.id), MLModel.account_id, Viewer("me"))

    assert "account_id = 'me'" in str(statement.compile(compile_kwargs={"literal_binds": True}))


def test_an_administrator_is_not_narrowed() -> None:
    """Somebody can help."""
    assert visible(select(MLModel.id), MLModel.account_id, Viewer("me", is_admin=True)).whereclause is None
