"""SharedState: one mapped file that all processes of a machine count in, exactly.

Opened once a process by bootstrap; used by the limiter and by whoever caches what `generation` guards. Safe when
any process is killed at any instruction: locks die with their holder, and every store leaves the file whole.
Never opens the file twice in one process, and nobody else in it may: closing any descriptor of a file silently
drops all record locks the process holds on it. The file must lie on a local disk.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from fcntl import LOCK_SH, flock
from pathlib import Path
from typing import ClassVar, NamedTuple

from backend.engine.limits.attach import attach, is_alone, is_current, locks_of, rebuild
from backend.engine.limits.errors import StateClosedError
from backend.engine.limits.layout import CHANGES_AT, ENTRIES_DEFAULT, GENERATION_AT, STRIPES, STRUCTURE
from backend.engine.limits.locks import Locks
from backend.engine.limits.place import Place, make_place
from backend.engine.limits.table import Table
from backend.engine.native.admission import View

_PLACES_MAX = 1 << 16


class _Group(NamedTuple):
    """Counters that are decided together, and what locks them; kept, since most calls come in the same groups."""

    places: tuple[Place, ...]
    stripes: tuple[int, ...]
    """Ascending."""


class SharedState:
    """The counters and the generation of one machine. Threads and forks may share it."""

    _opened: ClassVar[dict[Path, "SharedState"]] = {}
    _opening: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path, entries: int, clock: Callable[[], int]) -> None:
        """Use `open`."""
        self._path = path
        self._entries = entries
        self.clock = clock
        self._users = 0
        self.lock = threading.Lock()
        """One thread of a process is inside at a time; held by whoever has C decide over `view`, too."""
        self.view = View()
        """For C: what this process has mapped, wherever that lies at the moment; nothing before the first use."""
        self._places: dict[str, Place] = {}
        self._groups: dict[tuple[str, ...], _Group] = {}
        self._fd = -1
        self._table: Table | None = None
        self._locks: Locks | None = None
        self._pulse: memoryview | None = None

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        entries: int = ENTRIES_DEFAULT,
        clock: Callable[[], int] = time.time_ns,
    ) -> "SharedState":
        """Open or make the state; the second open of a file in one process gives the same object.

        Args:
            path: the file; its folder exists.
            entries: how many counters fit, a power of two; counts only where the file is made or rebuilt.
            clock: ns since the epoch, for dropping what has expired.

        Raises:
            StateCorruptError: the file is something else, or broken while in use.
        """
        real = Path(path).resolve()
        with cls._opening:
            state = cls._opened.get(real) or cls(real, entries, clock)
            state.join()
            cls._opened[real] = state
            return state

    def join(self) -> None:
        """Count one more user in this process; `open` does."""
        with self.lock:
            self._users += 1
            try:
                self._attached()
            except BaseException:
                self._users -= 1
                raise

    def close(self) -> None:
        """Leave; the last close of as many as there were opens unmaps the file. One too many is harmless."""
        with self._opening, self.lock:
            self._users = max(0, self._users - 1)
            if not self._users:
                self._opened.pop(self._path, None)
                self._detach()

    def generation(self) -> int:
        """Give the number that changes when caches must be forgotten; one read of shared memory."""
        pulse = self._pulse
        if pulse is None:
            with self.lock:
                pulse = self._attached().pulse
        return pulse[GENERATION_AT]

    def bump_generation(self) -> int:
        """Tell every process to forget what it cached, at once; gives the new number."""
        self.acquire(())
        try:
            self._take_structure()
            pulse = self._attached().pulse
            pulse[GENERATION_AT] += 1
            return pulse[GENERATION_AT]
        finally:
            self.release()

    def compact(self) -> bool:
        """Drop expired counters and outgrown rings; False, and nothing done, while another process is there."""
        with self.lock:
            self._attached()
            if is_alone(self._fd):
                rebuild(self._fd, self._path, entries=self._entries, now=self.clock())
            else:
                flock(self._fd, LOCK_SH)
                if is_current(self._fd, self._path):
                    return False
            self._detach()
            self._attached()
            return True

    def acquire(self, keys: tuple[str, ...]) -> tuple[Place, ...]:
        """Lock counters against every thread and process until `release`, and read them.

        One thread of a process is inside at a time: record locks do not tell threads apart.

        Args:
            keys: names of counters (`counter_name`); one given twice is locked once.

        Returns:
            One place a key, the same object for the same key.
        """
        self.lock.acquire()
        try:
            table = self._table or self._attached()
            group = self._groups.get(keys) or self._remember(keys)
            self._take(group.stripes)
            words = table.words
            changes = words[CHANGES_AT]
            for place in group.places:
                if not place.is_read_from(words, changes):
                    self._search(group.places)
                    break
        except BaseException:
            self.release()
            raise
        return group.places

    def release(self) -> None:
        """Unlock everything `acquire` and `reserve` locked."""
        try:
            if self._locks is not None:
                self._locks.release()
        finally:
            self.lock.release()

    def reserve(self, windows: Mapping[Place, int], *, now: int, cost: int) -> None:
        """Make sure that `cost` more calls can be counted in every place given, without counting them.

        Args:
            windows: for each place from `acquire` its window in ns, 0 for one that is no window; calls inside the
                longest one ever given are not overwritten. The places are read anew.
            now: ns.
            cost: calls.

        Raises:
            StateFullError: no entry or no disk space is left.
        """
        table = self._enter_structure()
        for place, window in windows.items():
            at = place.at or table.insert(place, now, self._claim)
            place.load(table.words, at)
            place.widen(window)
            while not place.fits(cost, now, window):
                table.grow(at)
                place.load(table.words, at)
        # Growing may have moved the mapping under those that came first.
        for place in windows:
            place.load(table.words, place.at)

    def _attached(self) -> Table:
        if self._table is None:
            if not self._users:
                raise StateClosedError(f"{self._path} is closed")
            self._fd = attach(self._path, entries=self._entries, now=self.clock())
            self._table = Table(self._fd, self.view)
            self._locks = locks_of(self._fd, self._table)
            self._pulse = self._table.pulse
        return self._table

    def _detach(self) -> None:
        self._forget_places()
        self._pulse = self._locks = None
        table, self._table = self._table, None
        fd, self._fd = self._fd, -1
        if table is not None:
            table.close()
        if fd >= 0:
            os.close(fd)

    def _remember(self, keys: tuple[str, ...]) -> _Group:
        if max(len(self._places), len(self._groups)) >= _PLACES_MAX:
            self._forget_places()
        for key in keys:
            if key not in self._places:
                self._places[key] = make_place(key)
        places = tuple([self._places[key] for key in keys])
        group = _Group(places, tuple(sorted({place.stripe for place in places})))
        self._groups[keys] = group
        return group

    def _forget_places(self) -> None:
        self._places.clear()
        self._groups.clear()

    def _search(self, places: Sequence[Place]) -> None:
        table = self._attached()
        for place in places:
            at = place.at = table.find(place.high, place.low)
            if at and not table.is_mapped(at):
                self._enter_structure()
        for place in places:
            place.load(table.words, place.at)

    def _enter_structure(self) -> Table:
        self._take_structure()
        table = self._attached()
        table.refresh()
        return table

    def _claim(self, high: int) -> bool:
        return self._locks is not None and self._locks.claim(high % STRIPES)

    def _take_structure(self) -> None:
        self._take((STRUCTURE,))

    def _take(self, locks: tuple[int, ...]) -> None:
        self._attached()
        if self._locks is not None:
            self._locks.take(locks)

    def let_go(self) -> None:
        """Forget in a forked child what is the parent's: its locks, and its threads that would release them."""
        self.lock = threading.Lock()
        self._places, self._groups = {}, {}
        # Dropped, not closed: a thread of the parent may have been inside.
        self._table = self._pulse = self._locks = None
        self.view.words = None
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    @classmethod
    def let_go_all(cls) -> None:
        """Make every open state of a forked child attach anew at its next use."""
        cls._opening = threading.Lock()
        for state in cls._opened.values():
            state.let_go()


os.register_at_fork(after_in_child=SharedState.let_go_all)
