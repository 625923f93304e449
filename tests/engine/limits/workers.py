"""What the tests run in other processes; module level, so that a spawned interpreter can import it."""

import dis
import itertools
import os
import random
import resource
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from limits import parse
from limits.strategies import MovingWindowRateLimiter

from backend.engine.limits import layout
from backend.engine.limits.errors import StateError
from backend.engine.limits.flask_storage import SharedStateStorage
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.place import Place
from backend.engine.limits.rules import Policy, RuleSet
from backend.engine.limits.state import SharedState
from backend.engine.native import library

_REACHES_THE_FILE = {"STORE_SUBSCR", "CALL", "CALL_FUNCTION_EX"}
_ACK = struct.Struct("=QQQ")
_PACKAGE = str(Path(layout.__file__).parent)
MS = 1_000_000
# Far from 0: a place in a ring that was never written must not look like a call in the window.
NOW = 1_800_000_000_000_000_000


def forget_kernel() -> None:
    """Let this process find no C kernel."""
    library.LIBRARY = Path("/nowhere")  # type: ignore[misc]


def read_clock(path: str) -> Callable[[], int]:
    """Give a clock every process reads from one file."""
    return lambda: int(Path(path).read_text())


def hammer(path: str, clock_path: str, policies: Sequence[Policy], attempts: int) -> int:
    """Call as fast as possible; gives how many calls were admitted."""
    state = SharedState.open(path)
    now = read_clock(clock_path)()
    limiter = StateLimiter(state, lambda: now)
    try:
        rules = RuleSet(policies)
        return sum(limiter.admit(rules).allowed for _ in range(attempts))
    finally:
        state.close()


def hammer_in_turns(path: str, sequences: Sequence[Sequence[Policy]]) -> list[int]:
    """Run several decisions in turn at one instant; gives the admissions of each."""
    state = SharedState.open(path)
    limiter = StateLimiter(state, lambda: NOW)
    try:
        admitted = [0] * len(sequences)
        sets = [RuleSet(policies) for policies in sequences]
        for _ in range(100):
            for number, rules in enumerate(sets):
                admitted[number] += limiter.admit(rules).allowed
        return admitted
    finally:
        state.close()


def fill(path: str, prefix: str, counters: int, calls: int) -> int:
    """Count `calls` under each of many new keys; gives how many were admitted."""
    state = SharedState.open(path)
    limiter = StateLimiter(state, lambda: NOW)
    try:
        policies = [RuleSet((Policy("p", f"{prefix}{number}", calls, 60.0),)) for number in range(counters)]
        return sum(limiter.admit(policy).allowed for _ in range(calls) for policy in policies)
    finally:
        state.close()


def bump(path: str, times: int) -> int:
    """Bump the generation; gives it as it is then."""
    state = SharedState.open(path)
    try:
        for _ in range(times):
            state.bump_generation()
        return state.generation()
    finally:
        state.close()


def in_child(work: Callable[[], int]) -> int:
    """Run work in a fork; gives its exit status, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def fork_in_the_middle(path: str) -> tuple[int, int, int]:
    """Fork while a thread of the parent is inside an admission; gives the calls of child, parent, and the window."""
    state = SharedState.open(path)
    limiter = StateLimiter(state, lambda: NOW)
    policy = Policy("p", "forked", 100, 60.0)
    limiter.admit((policy,))
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        state.acquire(("another",))
        inside.set()
        leave.wait(10)
        state.release()

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(10)
    try:
        child = in_child(lambda: sum(limiter.admit((policy,)).allowed for _ in range(60)))
    finally:
        leave.set()
        thread.join()
    parent = sum(limiter.admit((policy,)).allowed for _ in range(60))
    usage = limiter.usage(policy)
    state.close()
    return child, parent, usage.calls


def kill_at_every_step(path: str, *, before: int, limit: int, keys: int) -> tuple[int, list[str]]:
    """Kill an admission before its first call or store, before its second, and so on until one gets through.

    Nothing else a bytecode instruction does can reach the file, so these are all the states a kill can leave.

    Args:
        path: the state's file.
        before: calls already counted under each of the policies' keys.
        limit: of each policy.
        keys: how many policies the decision has.

    Returns:
        How many were killed, and what was found wrong.
    """
    layout.ARENA_BYTES_FIRST = layout.PAGE_BYTES
    state = SharedState.open(path, entries=1 << 6)
    wrong = []
    for step in itertools.count(1):
        limiter = StateLimiter(state, lambda: NOW + step)  # noqa: B023 - used in this turn only
        _crowd(limiter, step)
        policies = [Policy(f"p{n}", f"{step}/{n}", limit, 60.0) for n in range(keys)]
        limiter = StateLimiter(state, lambda: NOW + step + 1)  # noqa: B023 - as above
        for _ in range(before):
            limiter.admit(policies)
        status = in_child(lambda: die_after(step, state, lambda: limiter.admit(policies)))  # noqa: B023 - as above
        if status == 0:
            break
        counted = {limiter.usage(policy).calls - before for policy in policies}
        later = sum(limiter.admit(policies).allowed for _ in range(limit + 1))
        if status != -signal.SIGKILL or not counted <= {0, 1} or before + later + max(counted) != limit:
            wrong.append(f"{step}: status {status}, counted {counted}, then admitted {later}")
        for policy in policies:
            limiter.forget(policy.key)
    state.close()
    return step - 1, wrong


def _crowd(limiter: StateLimiter, step: int) -> None:
    """Fill the index with counters of two calls that expire in a nanosecond, for the tested ones to take over."""
    for number in range(30):
        limiter.admit((Policy("crowd", f"{step}-{number}", 2, 1e-9),), 2)


def die_after(steps: int, state: SharedState, work: Callable[[], object]) -> int:
    """Work, and be killed before the call or store of that number; 0 when there are fewer."""
    state.generation()
    left = steps

    def trace(frame: FrameType, event: str, _arg: object) -> object:
        nonlocal left
        code = frame.f_code
        if not code.co_filename.startswith(_PACKAGE):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and dis.opname[code.co_code[frame.f_lasti]] in _REACHES_THE_FILE:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]
    work()
    sys.settrace(None)
    return 0


def kill_at_random(path: str, acks_path: str, kills: int) -> int:
    """Let four processes count under ever new keys, kill one after the other, and start another in its place.

    Returns:
        Calls admitted after the last kill, in a window of their own, by a process that was never killed.
    """
    state = SharedState.open(path, entries=64)
    chance = random.Random(7)  # noqa: S311 - no secret
    children = [_start_counting(state, acks_path) for _ in range(4)]
    for _ in range(kills):
        # Not waiting for anything: any instant is as good as another.
        time.sleep(chance.uniform(0, 0.006))
        victim = children.pop(chance.randrange(len(children)))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        children.append(_start_counting(state, acks_path))
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    # Standing still: on a busy machine a hundred calls take longer than the short window.
    later_ns = time.time_ns() + 3600 * 1000 * MS
    later = StateLimiter(state, lambda: later_ns)
    admitted = sum(later.admit(kill_policies(0)).allowed for _ in range(100))
    state.close()
    return admitted


def kill_policies(bucket: int) -> tuple[Policy, Policy]:
    """Give two policies whose counters change fifty times a second."""
    return Policy("short", f"short{bucket}", 40, 0.02), Policy("long", f"long{bucket}", 70, 0.06)


def read_acks(acks_path: Path) -> dict[int, tuple[list[int], list[int]]]:
    """Give by bucket when its acknowledged calls were asked for, and when they had been decided, each in order.

    The call that was decided as the n-th was so between the n-th of the first and the n-th of the second.
    """
    acks: dict[int, tuple[list[int], list[int]]] = {}
    for bucket, asked, decided in _ACK.iter_unpack(acks_path.read_bytes()):
        for moments, moment in zip(acks.setdefault(bucket, ([], [])), (asked, decided), strict=True):
            moments.append(moment)
    return {bucket: (sorted(asked), sorted(decided)) for bucket, (asked, decided) in acks.items()}


def _start_counting(state: SharedState, acks_path: str) -> int:
    pid = os.fork()
    if pid == 0:
        _count_for_ever(state, acks_path)
    return pid


def _count_for_ever(state: SharedState, acks_path: str) -> NoReturn:
    try:
        limiter = StateLimiter(state)
        acks = os.open(acks_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        rules = {0: RuleSet(kill_policies(0))}
        while True:
            asked = time.time_ns()
            bucket = asked // (20 * MS)
            if bucket not in rules:
                rules = {bucket: RuleSet(kill_policies(bucket))}
            if limiter.admit(rules[bucket]).allowed:
                os.write(acks, _ACK.pack(bucket, asked, time.time_ns()))
    finally:
        os._exit(1)


def compact_beside_a_child(path: str) -> tuple[bool, bool]:
    """Compact while a fork uses the state and after it has left."""
    state = SharedState.open(path)
    ready, leave = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        state.generation()
        os.write(ready[1], b"!")
        os.read(leave[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    beside = state.compact()
    os.write(leave[1], b"!")
    os.waitpid(pid, 0)
    alone = state.compact()
    state.close()
    return beside, alone


def count_on_a_full_disk(path: str) -> tuple[str, int, bool]:
    """Forbid the file to grow; gives the error, what it counted, and whether a known counter still counts."""
    state = SharedState.open(path, entries=1 << 12)
    limiter = StateLimiter(state, lambda: NOW)
    known, wide = Policy("p", "known", 10, 60.0), Policy("p", "wide", 10**6, 60.0)
    limiter.admit((known,))
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (Path(path).stat().st_size, allowed[1]))
    error = ""
    try:
        limiter.admit((wide,), 200_000)
    except StateError as refusal:
        error = type(refusal).__name__
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    counted = limiter.usage(wide).calls
    goes_on = limiter.admit((known, wide)).allowed
    state.close()
    return error, counted, goes_on


def hit_storage(path: str, limit: str, attempts: int) -> int:
    """Hit Flask-Limiter's storage; gives how many hits were granted."""
    state = SharedState.open(path)
    storage = SharedStateStorage(limiter=StateLimiter(state, lambda: NOW))
    strategy, item = MovingWindowRateLimiter(storage), parse(limit)
    try:
        return sum(strategy.hit(item, "k") for _ in range(attempts))
    finally:
        state.close()


def flood_beside_a_decision(path: str) -> int:
    """Flood the index while a fork decides about an expired counter; gives what that counter holds in the end."""
    state = SharedState.open(path, entries=64)
    key, now = "slow", NOW
    limiter = StateLimiter(state, lambda: now)
    policy = Policy("p", key, 5, 1.0)
    limiter.admit((policy,))
    now += 2 * 1000 * MS
    inside, flooded = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        place = state.acquire((key,))[0]
        os.write(inside[1], b"!")
        os.read(flooded[0], 1)
        place.append(now, 1)
        state.release()
        os._exit(0)
    os.read(inside[0], 1)
    for number in range(500):
        # A name of the same stripe would wait for the fork.
        if Place(f"flood{number}").stripe != Place(key).stripe:
            limiter.admit((Policy("p", f"flood{number}", 1, 1e-9),))
            now += 1
    os.write(flooded[1], b"!")
    os.waitpid(pid, 0)
    calls = limiter.usage(policy).calls
    state.close()
    return calls


def hold_for(path: str, key: str, inside: str, seconds: float) -> None:
    """Keep a counter locked for some time, from the moment on that a file appears."""
    state = SharedState.open(path)
    state.acquire((key,))
    Path(inside).touch()
    time.sleep(seconds)
    state.release()
    state.close()
