"""Notes of calls become the same metrics as counting each call at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY, Histogram

from backend.services import metrics_service
from backend.services.metrics_service import PENDING_MAX, MetricsObserver, observe_all

Read = Callable[..., float]


@pytest.fixture
def observer() -> MetricsObserver:
    """An observer without its timer."""
    return MetricsObserver(lambda: 1.0)


@pytest.fixture
def grown() -> Read:
    """Give a function that tells by how much a metric has grown since the test began."""
    before: dict[tuple[object, ...], float] = {}

    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    def read(name: str, **labels: str) -> float:
        key = (name, *sorted(labels.items()))
        before.setdefault(key, value(name, **labels))
        return value(name, **labels) - before[key]

    return read


def test_published_notes_are_counted_once(observer: MetricsObserver, grown: Read) -> None:
    """Each attempt, answer and duration once, however often it is published."""
    kind = "test.once"
    names = {"kind": kind, "status": "200"}
    assert grown("api_key_usage_total", **names) == grown("api_key_auth_attempts_total", result=kind) == 0
    for _ in range(3):
        observer.authenticated(kind)
        observer.answered(kind, 200, 0.25)
    observer.publish()
    observer.publish()
    assert grown("api_key_usage_total", **names) == grown("api_key_auth_attempts_total", result=kind) == 3
    route = {"route": kind, "status": "200"}
    assert REGISTRY.get_sample_value("http_request_duration_seconds_count", route) == 3
    assert REGISTRY.get_sample_value("http_request_duration_seconds_sum", route) == 0.75


def test_many_values_fall_into_the_buckets_of_one_by_one() -> None:
    """On a bound, below it, above the last: as prometheus_client's own `observe` sorts them."""
    bounds = metrics_service.SECONDS
    one_by_one = Histogram("test_one_by_one", "x", ["a"], buckets=bounds, registry=None).labels("x")
    at_once = Histogram("test_at_once", "x", ["a"], buckets=bounds, registry=None).labels("x")
    values = [0.0, 0.0005, 0.00051, 0.1, 10.0, 10.1, 99.0]
    for value in values:
        one_by_one.observe(value)
    observe_all(at_once, values)
    ours, theirs = ([sample[2:3] for sample in child._samples()][:-1] for child in (at_once, one_by_one))
    assert ours == theirs


def test_a_process_without_the_timer_does_not_grow(observer: MetricsObserver) -> None:
    """Scripts and tests answer calls too: notes are added up when there are many."""
    for _ in range(PENDING_MAX + 5):
        observer.answered("test.growth", 200, 0.001)
    route = {"route": "test.growth", "status": "200"}
    assert REGISTRY.get_sample_value("http_request_duration_seconds_count", route) == PENDING_MAX


def test_threads_lose_no_note(observer: MetricsObserver) -> None:
    """What is noted while another thread publishes is published by the next."""
    stop = threading.Event()

    def publish() -> None:
        while not stop.is_set():
            observer.publish()

    publisher = threading.Thread(target=publish)
    publisher.start()

    def answer() -> None:
        for _ in range(20_000):
            observer.answered("test.threads", 200, 0.001)

    callers = [threading.Thread(target=answer) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    stop.set()
    publisher.join()
    observer.publish()
    assert REGISTRY.get_sample_value("api_key_usage_total", {"kind": "test.threads", "status": "200"}) == 60_000


def test_stopping_publishes_what_is_left(observer: MetricsObserver) -> None:
    """A worker that ends in order takes nothing with it."""
    observer.start()
    observer.answered("test.stop", 200, 0.001)
    observer.stop()
    assert REGISTRY.get_sample_value("api_key_usage_total", {"kind": "test.stop", "status": "200"}) == 1


def test_a_forked_child_counts_nothing_of_its_parents(observer: MetricsObserver) -> None:
    """The parent publishes its own notes; the child would count them again."""
    observer.answered("test.fork", 200, 0.001)
    pid = os.fork()
    if pid == 0:
        observer.publish()
        found = REGISTRY.get_sample_value("api_key_usage_total", {"kind": "test.fork", "status": "200"})
        os._exit(0 if found is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    observer.publish()
    assert REGISTRY.get_sample_value("api_key_usage_total", {"kind": "test.fork", "status": "200"}) == 1
