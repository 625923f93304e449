"""The cache evicts by use, loads once, keeps no failure and counts right."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from backend.engine.serving.cache import ModelCache


@dataclass(frozen=True)
class Sized:
    """Has a size."""

    size_bytes: int


class Loader:
    """Counts loads; holds them at a gate while one is set."""

    def __init__(self, make: Callable[[str], object] = str.upper) -> None:
        self.make = make
        self.loads: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)

    def __call__(self, key: str) -> object:
        self.loads.append(key)
        self.entered.release()
        assert self.gate.wait(10)
        return self.make(key)


def keys(cache: ModelCache[str, object]) -> list[object]:
    return [model.key for model in cache.snapshot().models]


def test_the_least_recently_used_goes_first() -> None:
    """A model in use stays, whatever was loaded before or after it."""
    loader = Loader()
    cache = ModelCache(capacity=3, load=loader)
    for key in ("a", "b", "c", "a", "d"):
        assert cache.get(key) == key.upper()
    assert keys(cache) == ["d", "a", "c"]
    assert loader.loads == ["a", "b", "c", "d"]
    found = cache.snapshot()
    assert (found.hits, found.misses, found.evictions) == (1, 4, 1)


def test_an_empty_value_is_a_hit() -> None:
    """None and other empty values are values: they are loaded once."""
    loader = Loader(lambda key: None)
    cache = ModelCache(load=loader)
    assert cache.get("a") is None
    assert cache.get("a") is None
    assert loader.loads == ["a"]


def test_concurrent_misses_load_once() -> None:
    """A hundred callers of a cold model cost one load, and a hot one is not kept waiting by it."""
    loader = Loader()
    cache = ModelCache(load=loader)
    cache.get("hot")
    loader.gate.clear()
    with ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(cache.get, "cold") for _ in range(20)]
        assert loader.entered.acquire(timeout=10)
        assert cache.get("hot") == "HOT"
        loader.gate.set()
        assert {call.result(10) for call in calls} == {"COLD"}
    assert loader.loads.count("cold") == 1


def test_a_failure_reaches_every_waiter_and_is_not_kept() -> None:
    """A model that could not be loaded is tried again by the next caller."""

    def fail(key: str) -> object:
        raise OSError(key)

    loader = Loader(fail)
    cache = ModelCache(load=loader)
    loader.gate.clear()
    with ThreadPoolExecutor(5) as pool:
        calls = [pool.submit(cache.get, "a") for _ in range(5)]
        assert loader.entered.acquire(timeout=10)
        loader.gate.set()
        assert all(isinstance(call.exception(10), OSError) for call in calls)
    loader.make = str.upper
    assert cache.get("a") == "A"
    assert cache.snapshot().failures >= 1


def test_the_byte_budget_evicts_and_the_newest_stays() -> None:
    """Large models push out others, and one that is too large alone is still served."""
    cache: ModelCache[str, object] = ModelCache(capacity=10, bytes_max=100, load=lambda key: Sized(int(key)))
    for key in ("40", "50", "30"):
        cache.get(key)
    assert keys(cache) == ["30", "50"]
    assert cache.snapshot().bytes == 80
    cache.get("500")
    assert keys(cache) == ["500"]


def test_invalidation_forgets_and_a_load_under_way_is_not_kept() -> None:
    """What was loaded before a model was replaced is never served after it."""
    loader = Loader()
    cache = ModelCache(load=loader)
    cache.get("a")
    cache.invalidate("a")
    assert keys(cache) == []
    loader.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        loader.entered = threading.Semaphore(0)
        call = pool.submit(cache.get, "a")
        assert loader.entered.acquire(timeout=10)
        cache.invalidate("a")
        loader.gate.set()
        assert call.result(10) == "A"
    assert keys(cache) == []
    cache.get("a")
    assert loader.loads == ["a", "a", "a"]


def test_the_snapshot_is_ready_for_json() -> None:
    """Monitoring shows the counts as they are, and nothing where there is nothing."""
    cache: ModelCache[int, Sized] = ModelCache(capacity=2, load=lambda key: Sized(7))
    empty = cache.snapshot().to_json()
    assert (empty["hit_rate"], empty["load_ms_avg"], empty["models"]) == (None, None, [])
    cache.get(1)
    cache.get(1)
    found = cache.snapshot().to_json()
    assert found["hit_rate"] == 50.0
    assert found["models"][0]["model_id"] == 1
    assert found["models"][0]["bytes"] == 7
    assert found["models"][0]["loaded_at"].endswith("Z")
    assert found["load_ms_avg"] >= 0


def test_a_cache_holds_at_least_one() -> None:
    """A capacity of nothing is a mistake in the settings."""
    with pytest.raises(ValueError, match="at least 1"):
        ModelCache(capacity=0, load=str)
