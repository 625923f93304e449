"""body erasures

Adds the list of deleted APIs whose bodies are still to be taken out of the rows of their calls.

Revision ID: b7e41f09d3a6
Revises: 9d3f6a1c82e5
Create Date: 2026-11-30 16:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = "b7e41f09d3a6"
down_revision = "9d3f6a1c82e5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the list."""
    op.create_table(
        "body_erasures",
        sa.Column("api_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("api_id", name=op.f("pk_body_erasures")),
    )


def downgrade() -> None:
    """Forget the list; what was still on it stays in the rows of calls."""
    op.drop_table("body_erasures")
