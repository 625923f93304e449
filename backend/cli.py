"""Flask commands: `flask --app backend.app:create_app COMMAND`. Each calls one service and prints what it did."""

from __future__ import annotations

import json
import sys
from typing import TextIO

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import Migrate, upgrade

from backend.config import ROOT, Settings
from backend.models import db
from backend.services import audit_verification, compile_service, compiled_models, credit_verification
from backend.services.account_service import ensure_first_admin
from backend.services.audit_service import COMMAND, acting
from backend.services.audit_verification import ChainHead
from backend.services.runtime import current_runtime


def install_commands(app: Flask, settings: Settings) -> None:
    """Register the commands on an application, and what `flask db` needs."""
    app.config["MODELPORT_SETTINGS"] = settings
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    app.cli.add_command(setup)
    app.cli.add_command(demo_traffic)
    app.cli.add_command(audit)
    app.cli.add_command(credits_group)
    app.cli.add_command(models_group)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was made as one line of JSON.")
@with_appcontext
def setup(*, as_json: bool) -> None:
    """Migrate the database, make the first administrator and, on the first start, the demo."""
    settings: Settings = current_app.config["MODELPORT_SETTINGS"]
    upgrade()
    current_runtime().artefacts.remove_orphans()
    made: dict[str, object] = {}
    with acting(COMMAND):
        admin = ensure_first_admin(settings.admin_email, settings.admin_password)
        if admin is not None:
            made["admin"] = {"email": admin.email, "password": admin.generated_password}
            if settings.demo:
                from backend.services import demo_service  # noqa: PLC0415 - scikit-learn; other commands need none

                made |= demo_service.make_demo(admin.account_id)
    click.echo(json.dumps(made) if as_json else json.dumps(made, indent=2))


@click.command("demo-traffic")
@with_appcontext
def demo_traffic() -> None:
    """Call the demo's APIs over HTTP; reads {api_id: key} as JSON from standard input."""
    from backend.services import demo_service  # noqa: PLC0415 - scikit-learn; other commands need none

    demo_service.make_traffic(current_runtime().base_url, json.load(sys.stdin))


@click.group()
def audit() -> None:
    """Look after the audit trail."""


@audit.command("verify")
@click.option("--account", default="", help="Id of the one account to check; all when left out.")
@click.option("--kept", type=click.File(), help="What `audit heads` printed earlier: every chain must pass through it.")
@with_appcontext
def verify_audit(account: str, kept: TextIO | None) -> None:
    """Recompute the hash of every entry of the audit trail; exit with 1 where one does not hold."""
    sessions = current_runtime().sessions
    checked, wrong = 0, 0
    for account_id in [account] if account else audit_verification.accounts_with_chains(sessions):
        found = audit_verification.verify(sessions, account_id)
        checked += found.checked
        if found.first_broken is not None:
            wrong += 1
            click.echo(f"{account_id}: {found.first_broken}")
    for head in map(ChainHead.read, kept or ()):
        if not audit_verification.passes_through(sessions, head):
            wrong += 1
            click.echo(f"{head.account_id}: entry {head.seq} is not the one that was kept")
    click.echo(f"{checked} entries hold" + (f"; {wrong} breaks" if wrong else ""))
    if wrong:
        sys.exit(1)


@audit.command("heads")
@with_appcontext
def audit_heads() -> None:
    """Print the end of every account's chain, to be kept on another machine for `audit verify --kept`."""
    for head in audit_verification.heads(current_runtime().sessions):
        click.echo(str(head))


@click.group("credits")
def credits_group() -> None:
    """Look after the ledger of credits."""


@credits_group.command("verify")
@with_appcontext
def verify_credits() -> None:
    """Add the whole ledger up and compare it with every account; exit with 1 where something differs."""
    proof = credit_verification.verify(current_runtime().sessions)
    for difference in proof.differences:
        click.echo(str(difference))
    looked_at = f"{proof.accounts} accounts, {proof.transactions} movements"
    click.echo(f"{looked_at}: {len(proof.differences)} differences" if proof.differences else f"{looked_at}: all agree")
    if proof.differences:
        sys.exit(1)


@click.group("models")
def models_group() -> None:
    """Look after the models."""


@models_group.command("compile")
@with_appcontext
def compile_models() -> None:
    """Compile every model that the present compiler has not tried yet."""
    for model_id in compiled_models.not_tried(db.session()):
        model = compile_service.compile_stored(model_id)
        compiled = model.compiled or {}
        click.echo(f"model {model_id}: {compiled.get('engine') or compiled.get('reason')}")
