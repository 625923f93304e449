"""What surrounds a request: identity, errors, headers, bounds.

Importing the package makes APIFlask read pydantic shapes strictly, before any blueprint applies `input`.
"""

from backend.middleware.request_shapes import install_request_shapes

install_request_shapes()
