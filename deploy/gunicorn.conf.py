"""gunicorn's settings; every value comes from Modelport's own settings."""

import importlib

from prometheus_client.multiprocess import mark_process_dead

from backend.config import load_settings

_settings = load_settings()

LIBRARIES = (
    "apiflask",
    "argon2",
    "flask_jwt_extended",
    "flask_limiter",
    "flask_migrate",
    "flask_sqlalchemy",
    "pandas",
    "psutil",
    "sklearn.compose",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.pipeline",
)

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.web_concurrency
worker_class = "gthread"
threads = _settings.web_threads
keepalive = 75
timeout = 120
graceful_timeout = 30
worker_tmp_dir = "/dev/shm"  # noqa: S108 - heartbeats must not wait for a disk
accesslog = None
control_socket_disable = True
loglevel = _settings.log_level.lower()


def on_starting(_server):
    """Import libraries before the workers fork: their memory is shared, and a worker starts in a fraction of the time.

    Only libraries: Modelport's own code is imported by each worker, so that a reload takes a new version of it.
    """
    for library in LIBRARIES:
        importlib.import_module(library)


def worker_exit(_server, worker):
    """End the worker's timers and take its status off the board."""
    worker.wsgi.extensions["modelport.process"].stop()


def child_exit(_server, worker):
    """Drop the gauges of a worker that is gone; its counters stay."""
    mark_process_dead(worker.pid)
