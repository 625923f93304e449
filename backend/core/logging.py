"""Structured logs: one JSON object a line on standard error, with the request id where there is one."""

from __future__ import annotations

import logging
import sys

import structlog

SECRET_NAMES = ("password", "secret", "token", "api_key", "authorization", "cookie")


def configure_logging(level: str) -> None:
    """Set structlog and the standard library to write the same JSON lines."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # That a job still runs when it is due again is no news either: what failed is an error.
    for chatty, least in (("apscheduler", logging.ERROR), ("alembic", logging.WARNING)):
        logging.getLogger(chatty).setLevel(least)


def hide_secrets(
    _logger: structlog.types.WrappedLogger, _method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Replace the values of fields whose name says that they are secret."""
    for name in event:
        if any(part in name.lower() for part in SECRET_NAMES):
            event[name] = "[hidden]"
    return event


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Give the logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
