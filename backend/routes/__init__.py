"""HTTP in, HTTP out; one blueprint per file: read, call one function, choose a status."""

from backend.routes.admin import admin
from backend.routes.api_export import api_export
from backend.routes.apps import apps
from backend.routes.audit import audit
from backend.routes.auth import auth
from backend.routes.credits import credits_blueprint
from backend.routes.documentation import documentation
from backend.routes.health import health
from backend.routes.keys import account_keys, keys
from backend.routes.logs import logs
from backend.routes.models import models
from backend.routes.monitoring import monitoring
from backend.routes.playground import playground
from backend.routes.prediction import prediction
from backend.routes.projects import projects
from backend.routes.usage import usage
from backend.routes.users import users
from backend.routes.v1_keys import v1_keys
from backend.routes.web import web

BLUEPRINTS = (
    auth,
    users,
    audit,
    admin,
    account_keys,
    keys,
    v1_keys,
    apps,
    usage,
    logs,
    projects,
    models,
    api_export,
    prediction,
    playground,
    monitoring,
    credits_blueprint,
    health,
    documentation,
    web,
)

__all__ = ["BLUEPRINTS"]
