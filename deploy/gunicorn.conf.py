"""gunicorn's settings; every value comes from Modelport's own settings."""

from prometheus_client.multiprocess import mark_process_dead

from backend.config import load_settings
from backend.core.preloading import preload_libraries

_settings = load_settings()

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
    """Share the libraries' memory between the workers."""
    preload_libraries()


def worker_exit(_server, worker):
    """End the worker's timers and take its status off the board."""
    worker.wsgi.extensions["modelport.process"].stop()


def child_exit(_server, worker):
    """Drop the gauges of a worker that is gone; its counters stay."""
    mark_process_dead(worker.pid)
