"""How Alembic reaches the database: through the Flask application that runs the command."""

from alembic import context
from flask import current_app

from backend.models import Base, db
from backend.models.partitions import what_is_compared

config = context.config
config.set_main_option("sqlalchemy.url", "driver://from-the-application")


def run_migrations() -> None:
    """Apply migrations in one transaction where the database can."""
    with current_app.app_context(), db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            user_module_prefix="backend.models.base.",
            **what_is_compared(connection.dialect.name),
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
