"""gunicorn's settings; every value comes from Modelport's own settings."""

from collections import Counter

from prometheus_client.multiprocess import mark_process_dead

from backend.config import load_settings
from backend.core.listeners import listeners
from backend.core.placement import give_way, place_worker
from backend.core.preloading import preload_libraries

_settings = load_settings()

workers = _settings.web_concurrency
backlog = 2_048
# One socket for each worker, kept by the master: a worker that is replaced leaves what waits there to its successor.
bind = [f"fd://{number}" for number in listeners(_settings.host, _settings.port, workers, backlog)]
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


def pre_fork(server, worker):
    """Give the new worker the socket that fewest of the others accept from."""
    taken = Counter(other.slot for other in server.WORKERS.values())
    worker.slot = min(range(len(server.LISTENERS)), key=taken.__getitem__)
    worker.sockets = [server.LISTENERS[worker.slot]]


def post_fork(_server, worker):
    """Keep the worker where the one was that it replaces."""
    if _settings.pin_workers:
        place_worker(worker.slot, workers)
        give_way()


def worker_exit(_server, worker):
    """End the worker's timers and take its status off the board."""
    worker.wsgi.extensions["modelport.process"].stop()


def child_exit(_server, worker):
    """Drop the gauges of a worker that is gone; its counters stay."""
    mark_process_dead(worker.pid)
