"""Credits: an append-only double-entry ledger, and per account its projection.

`credit_transactions` and `credit_postings` are never updated or deleted (triggers refuse it); the postings of one
transaction sum to 0. Accounts are kept by value: the books outlive whom they are about. Written by the credit service
and the fold only.

Positions: every reservation of a call takes `[position, position + amount)` of its account's number line, in shared
state. `reserved_position` is how far the database knows that line; what lies below it is settled, or held in
`credit_holds`. So current_credits + reserved_position is the ceiling that reservations may not pass.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, func
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base, UTCDateTime

LongId = BigInteger().with_variant(Integer, "sqlite")


class UserCredits(Base):
    """What an account can spend now: the sum of its `available` postings."""

    __tablename__ = "user_credits"

    account_id: Mapped[str] = mapped_column(ForeignKey("dev_accounts.id", ondelete="CASCADE"), primary_key=True)
    current_credits: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    reserved_position: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    version: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Raised by every change of this row; shared state takes only newer ceilings."""
    allowance_month: Mapped[str] = mapped_column(String(7), default="", server_default="")
    """The UTC month, 2026-11, whose allowance of the plan was granted."""
    month_granted: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The allowance of that month."""
    month_consumed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Settled since it was granted; kept here so that no page adds up a month of movements."""
    month_calls: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The calls of those settlements."""
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())


class CreditTransaction(Base):
    """One movement: grant, hold, settle, release, purchase, expire or adjust."""

    __tablename__ = "credit_transactions"
    __table_args__ = (
        Index("ix_credit_transactions_account", "account_id", "id"),
        Index("ix_credit_transactions_month", "account_id", "kind", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    actor_id: Mapped[str | None] = mapped_column(String(36))
    """The account that asked for it; none for the system itself."""
    calls: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How many calls a settlement adds up."""
    balance_after: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The account's available credits after it."""
    idempotency_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Names what must happen once, such as an allowance of a month."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())


class CreditPosting(Base):
    """One side of a movement."""

    __tablename__ = "credit_postings"
    __table_args__ = (Index("ix_credit_postings_book", "book", "account_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(LongId, primary_key=True, autoincrement=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("credit_transactions.id"), index=True)
    account_id: Mapped[str] = mapped_column(String(36))
    book: Mapped[str] = mapped_column(String(20))
    """available and held are the account's own; issued, consumed and expired are the house's, kept per account."""
    amount: Mapped[int] = mapped_column(BigInteger)


class CreditHold(Base):
    """Credits reserved by a call that has not finished as far as the database knows: a gap on the number line."""

    __tablename__ = "credit_holds"
    __table_args__ = (Index("ix_credit_holds_seen", "seen_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(LongId, primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(String(36), index=True)
    start: Mapped[int] = mapped_column(BigInteger)
    end: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())
