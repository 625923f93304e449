"""Rows that are named by many texts: one document and one statement, however many they are.

Called by the fold. Thousands of bound parameters cost more than the search for them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Text, cast, func, literal, select
from sqlalchemy.orm import Session

from backend.core.jsontools import dumps
from backend.services.transactions import is_sqlite


def is_among(session: Session, column: Column[Any], values: Collection[str]) -> ColumnElement[bool]:
    """Give the condition that a column is one of some texts."""
    given = literal(dumps(list(values)).decode(), Text)
    if is_sqlite(session):
        return column.in_(select(func.json_each(given).table_valued("value").c.value))
    return column.in_(select(func.json_array_elements_text(cast(given, JSON))))


def values_by_name(session: Session, name: Column[Any], value: Column[Any], names: Collection[str]) -> dict[str, Any]:
    """Give a column by another of the rows in which that one is among some texts."""
    rows = session.execute(select(name, value).where(is_among(session, name, names)))
    return {row[0]: row[1] for row in rows}
