"""HTTP in, HTTP out; one blueprint per file: read, call one function, choose a status."""

from backend.routes.admin import admin
from backend.routes.api_export import api_export
from backend.routes.auth import auth
from backend.routes.dev_portal import dev_portal_router
from backend.routes.documentation import documentation
from backend.routes.health import health
from backend.routes.keys import account_keys
from backend.routes.models import models
from backend.routes.monitoring import monitoring
from backend.routes.prediction import prediction
from backend.routes.projects import projects
from backend.routes.users import users
from backend.routes.v1_keys import v1_keys
from backend.routes.web import web

BLUEPRINTS = (
    auth,
    users,
    dev_portal_router,
    admin,
    account_keys,
    v1_keys,
    projects,
    models,
    api_export,
    prediction,
    monitoring,
    health,
    documentation,
    web,
)

__all__ = ["BLUEPRINTS"]
