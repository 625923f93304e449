"""create_app: registers the floors on a Flask application, nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apiflask import APIFlask
from flask import Blueprint, Flask, Response, appcontext_pushed, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.bootstrap import Process, build_process
from backend.config import Settings, load_settings, session_secret
from backend.core.logging import configure_logging
from backend.engine.limits.flask_storage import limiter_settings
from backend.middleware.audit_context import install_audit_context
from backend.middleware.body_limit import install_body_limit
from backend.middleware.call_bounds import install_call_bounds
from backend.middleware.cors import install_cors
from backend.middleware.errors import install_error_handlers
from backend.middleware.openapi import install_openapi
from backend.middleware.request_context import install_request_context
from backend.middleware.security_headers import install_security_headers
from backend.middleware.session_auth import install_sessions
from backend.models import db
from backend.models.engine_options import engine_options, install_sqlite_pragmas
from backend.routes import BLUEPRINTS
from backend.routes.auth import auth
from backend.routes.prediction_door import PredictionDoor
from backend.services.metrics_service import observe_request
from backend.services.runtime import set_current_runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create_app(settings: Settings | None = None, process: Process | None = None, *, has_commands: bool = True) -> Flask:
    """Build the application.

    Args:
        settings: read from the environment when not given.
        process: the parts it serves with; built from the settings when not given.
        has_commands: with the command line's parts, migrations among them; workers need none.
    """
    settings = settings or load_settings()
    configure_logging(settings.log_level)
    process = process or build_process(settings)
    app = APIFlask("modelport", title="Modelport", version="0.1.0", docs_path=None, static_folder=None)  # type: ignore[arg-type]
    app.config.update(flask_config(settings))
    app.extensions["modelport.process"] = process
    app.extensions["modelport.gateway"] = process.gateway
    app.extensions["modelport.kinds"] = process.kinds
    install_database(app)
    install_runtime(app, process)
    install_request_context(app)
    install_audit_context(app)
    install_metrics(app)
    install_error_handlers(app)
    install_body_limit(app, upload_bytes_max=settings.upload_bytes_max)
    install_cors(app, settings.cors_origins)
    install_security_headers(app, web_root=settings.web_root, secure=settings.session_cookie_secure)
    install_sessions(
        app,
        secret=session_secret(settings),
        access_token_seconds=settings.access_token_seconds,
        refresh_token_days=settings.refresh_token_days,
        cookie_secure=settings.session_cookie_secure,
    )
    install_openapi(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    install_limits(app, process, settings)
    if has_commands:
        from backend.cli import install_commands  # noqa: PLC0415 - with Alembic it takes 8 MB

        install_commands(app, settings)
    install_doors(app, process, settings)
    return app


def install_doors(app: Flask, process: Process, settings: Settings) -> None:
    """Put the bare door of predictions in front of Flask, and the reading of proxies' headers in front of both."""
    predict = process.kinds["ml.predict"]
    door: WSGIApplication = PredictionDoor(
        app.wsgi_app, process.gateway, predict, secure=settings.session_cookie_secure
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        door = ProxyFix(door, x_for=hops, x_proto=hops, x_host=hops)
    app.wsgi_app = door  # type: ignore[method-assign,assignment]


def flask_config(settings: Settings) -> dict[str, Any]:
    """Give Flask and its extensions their settings."""
    return {
        "SQLALCHEMY_DATABASE_URI": settings.database_uri,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_uri),
        "WEB_ROOT": settings.web_root,
        "METRICS_TOKEN": settings.metrics_token,
        "UPLOAD_BYTES_MAX": settings.upload_bytes_max,
        "RATELIMIT_HEADERS_ENABLED": False,
    }


def install_database(app: Flask) -> None:
    """Connect Flask-SQLAlchemy."""
    db.init_app(app)
    with app.app_context():
        install_sqlite_pragmas(db.engine)


def install_runtime(app: Flask, process: Process) -> None:
    """Make the process's parts current whenever a context of this application is pushed."""

    def push(_sender: Flask, **_extra: object) -> None:
        set_current_runtime(process.runtime)

    appcontext_pushed.connect(push, app, weak=False)


def install_limits(app: Flask, process: Process, settings: Settings) -> None:
    """Bound the sign-in routes for each address and the others for each account, with counters that workers share."""
    # As in the gateway: a broken limiter admits. Its own handler logs what broke.
    limiter = Limiter(get_remote_address, app=app, swallow_errors=True, **limiter_settings(process.runtime.limiter))
    # Flask-Limiter hooks every request; its hook belongs to the routes it bounds, since it would cost each prediction.
    hook: Callable[[], None] = app.before_request_funcs[None].pop()  # type: ignore[assignment]
    app.before_request_funcs.setdefault(auth.name, []).insert(0, hook)
    limiter.shared_limit(f"{settings.auth_calls_per_minute}/minute", scope=auth.name)(auth)
    bounded: list[Blueprint] = [blueprint for blueprint in BLUEPRINTS if blueprint is not auth]
    calls_per_minute = settings.management_calls_per_minute
    install_call_bounds(app, limiter, hook, bounded=bounded, calls_per_minute=calls_per_minute)


def install_metrics(app: Flask) -> None:
    """Time every request of the management surface by its route's pattern; metered calls are timed in the gateway."""

    def begin() -> None:
        g.metrics_started = time.perf_counter()

    def finish(response: Response) -> Response:
        rule = request.url_rule
        if rule is not None and request.blueprint != "prediction" and "metrics_started" in g:
            observe_request(rule.rule, response.status_code, time.perf_counter() - g.metrics_started)
        return response

    app.before_request(begin)
    app.after_request(finish)
