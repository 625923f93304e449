"""Every refusal the product can give, as one tree of exceptions.

Raised on any floor; formatted into the envelope in one place, `backend.middleware.errors`.

    AppError
    ├── InvalidInput            400 INVALID_INPUT        the payload does not fit
    ├── Unauthenticated         401 UNAUTHENTICATED      no usable identity
    ├── InsufficientCredits     402 INSUFFICIENT_CREDITS the account's credits do not cover the call
    ├── Forbidden               403 FORBIDDEN            an identity without the right
    │   └── InvalidKey          403 INVALID_API_KEY      unknown, revoked or expired key; paused API
    │       └── InvalidSignature 403 INVALID_SIGNATURE   a signed request that does not hold
    ├── NotFound                404 NOT_FOUND            absent, or not the caller's to see
    ├── MethodNotAllowed        405 METHOD_NOT_ALLOWED
    ├── Conflict                409 CONFLICT
    ├── PayloadTooLarge         413 PAYLOAD_TOO_LARGE
    ├── UnsupportedMediaType    415 UNSUPPORTED_MEDIA_TYPE
    ├── ValidationFailed        422 VALIDATION_ERROR     a management body or query does not fit
    ├── ArtefactRefused         422 ARTEFACT_REFUSED     an uploaded file will not be served
    ├── RateLimited             429 RATE_LIMITED
    ├── ModelFailed             500 MODEL_FAILED         the estimator broke on admitted input
    └── Unavailable             503 UNAVAILABLE          a part the answer needs is down
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

Details = Mapping[str, object]


class AppError(Exception):
    """A refusal with its HTTP status, stable code, public message and details.

    Args:
        message: public; says what was expected, where, and what came.
        details: public, JSON-ready.
        internal: for the log only; never leaves the process.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, *, details: Details | None = None, internal: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, object] = dict(details or {})
        self.internal = internal

    def envelope(self, request_id: str) -> dict[str, object]:
        """Give the body every error answers with."""
        error = {"code": self.code, "message": self.message, "details": self.details}
        return {"error": error, "request_id": request_id}


class InvalidInput(AppError):
    """The payload does not fit the contract of what was called."""

    status = 400
    code = "INVALID_INPUT"


class MissingFeatures(InvalidInput):
    """The payload lacks columns the model was trained on."""

    def __init__(self, names: Sequence[str], *, details: Details | None = None) -> None:
        word = "field" if len(names) == 1 else "fields"
        message = f"Missing required {word}: {', '.join(names)}"
        super().__init__(message, details={"missing_fields": list(names), **(details or {})})


class Unauthenticated(AppError):
    """The call carries no usable identity."""

    status = 401
    code = "UNAUTHENTICATED"


class InsufficientCredits(AppError):
    """The account's credits do not cover the call; nothing was done."""

    status = 402
    code = "INSUFFICIENT_CREDITS"

    def __init__(self, required: int, available: int) -> None:
        message = f"Not enough credits: this call needs {required}, {available} are left; nothing was charged"
        super().__init__(message, details={"required": required, "available": available})


class Forbidden(AppError):
    """The identity is known and lacks the right."""

    status = 403
    code = "FORBIDDEN"


class InvalidKey(Forbidden):
    """The API key is unknown, revoked, expired, or its API is not active."""

    code = "INVALID_API_KEY"


class InvalidSignature(InvalidKey):
    """The request's signature is wrong, too old, used before, or missing where the key asks for one."""

    code = "INVALID_SIGNATURE"


class NotFound(AppError):
    """The thing is absent, or is not the caller's to see: both answer alike."""

    status = 404
    code = "NOT_FOUND"

    def __init__(self, noun: str = "Resource") -> None:
        super().__init__(f"{noun} not found")


class MethodNotAllowed(AppError):
    """The path exists and does not take this method."""

    status = 405
    code = "METHOD_NOT_ALLOWED"


class Conflict(AppError):
    """The change contradicts what is stored."""

    status = 409
    code = "CONFLICT"


class PayloadTooLarge(AppError):
    """The body is over the bound of its route."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"

    def __init__(self, bytes_max: int) -> None:
        super().__init__(f"The body is larger than {bytes_max} bytes", details={"bytes_max": bytes_max})


class UnsupportedMediaType(AppError):
    """The body's media type is not one the route reads."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class ValidationFailed(AppError):
    """A management request's body, query or path does not fit its shape."""

    status = 422
    code = "VALIDATION_ERROR"


class UnfitField(ValidationFailed):
    """One field reads, and does not fit what is."""

    def __init__(self, field: str, constraint: str, message: str) -> None:
        problem = {"field": field, "constraint": constraint, "message": message}
        super().__init__(f"{field}: {message}", details={"field": field, "constraint": constraint, "fields": [problem]})


class ArtefactRefused(AppError):
    """An uploaded file is not a model that may be served; details say why."""

    status = 422
    code = "ARTEFACT_REFUSED"


class RateLimited(AppError):
    """More calls than a policy allows; details name the policy."""

    status = 429
    code = "RATE_LIMITED"


class ModelFailed(AppError):
    """The estimator broke on input that its contract admits."""

    status = 500
    code = "MODEL_FAILED"


class Unavailable(AppError):
    """A part that the answer needs is down; the call may be repeated."""

    status = 503
    code = "UNAVAILABLE"
