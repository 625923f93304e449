"""`from apps.api_portal.backend import dev_portal_router`: the portal's routes as one blueprint."""

from backend.routes.dev_portal import dev_portal_router

__all__ = ["dev_portal_router"]
