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
    with op.batch_alter_table("ml_models", schema=None) as batch_op:
        batch_op.add_column(sa.Column("compiled", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("runtime", sa.String(length=20), server_default="auto", nullable=False))


def downgrade():
    with op.batch_alter_table("ml_models", schema=None) as batch_op:
        batch_op.drop_column("runtime")
        batch_op.drop_column("compiled")
