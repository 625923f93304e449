"""compiled models

What came of compiling a model, and whether its compiled form is used.

Revision ID: c4e8a1d27b55
Revises: b7d2e4c91f30
Create Date: 2026-11-29 02:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "c4e8a1d27b55"
down_revision = "b7d2e4c91f30"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("ml_models", sa.Column("compiled", sa.JSON(), nullable=True))
    op.add_column("ml_models", sa.Column("runtime", sa.String(length=20), server_default="auto", nullable=False))


def downgrade():
    # Not in a batch: that makes the table anew on SQLite, and dropping the old one takes everything that hangs on it along.
    op.drop_column("ml_models", "runtime")
    op.drop_column("ml_models", "compiled")
