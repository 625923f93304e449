"""The developer portal, /api/dev: keys, apps, usage, logs, credits, playground and audit trail as one router."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.routes.apps import apps
from backend.routes.audit import audit
from backend.routes.credits import credits_blueprint
from backend.routes.keys import keys
from backend.routes.logs import logs
from backend.routes.playground import playground
from backend.routes.usage import usage

dev_portal_router = APIBlueprint("dev_portal", __name__, url_prefix="/api/dev", tag="Developer portal")
for part in (keys, apps, usage, logs, credits_blueprint, playground, audit):
    dev_portal_router.register_blueprint(part)
