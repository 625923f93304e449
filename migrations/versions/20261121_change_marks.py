"""change marks

Raises change_marks.generation whenever a key, a limit, an API's standing or an account changes, whoever changes it.

Revision ID: a3c1f0d2b7e4
Revises: d1bdd6adc04f
Create Date: 2026-11-21 23:10:00
"""

from alembic import op

revision = "a3c1f0d2b7e4"
down_revision = "d1bdd6adc04f"
branch_labels = None
depends_on = None

WATCHED = {
    "api_key_quotas": "sustained_limit",
    "dev_app_keys": "digest, api_id, scopes, expires_at, revoked_at",
    "exported_apis": "model_id, status, allowed_origins",
    "dev_accounts": "status",
}
RAISE = "UPDATE change_marks SET generation = generation + 1 WHERE id = 1;"
FUNCTION = f"""
CREATE FUNCTION raise_change_mark() RETURNS trigger AS $$
BEGIN
    {RAISE}
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    """Make the row, and a trigger for changes and one for deletions on each watched table."""
    op.execute("INSERT INTO change_marks (id, generation) VALUES (1, 0)")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(FUNCTION)
    for table, columns in WATCHED.items():
        for suffix, event in (("changed", f"UPDATE OF {columns}"), ("deleted", "DELETE")):
            action = (
                f"FOR EACH ROW BEGIN {RAISE} END"
                if is_sqlite
                else "FOR EACH STATEMENT EXECUTE FUNCTION raise_change_mark()"
            )
            op.execute(f"CREATE TRIGGER {table}_{suffix} AFTER {event} ON {table} {action}")


def downgrade() -> None:
    """Take the triggers and the row away."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in WATCHED:
        for suffix in ("changed", "deleted"):
            op.execute(f"DROP TRIGGER {table}_{suffix}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        op.execute("DROP FUNCTION raise_change_mark()")
    op.execute("DELETE FROM change_marks")
