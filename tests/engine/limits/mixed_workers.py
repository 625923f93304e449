"""What the tests of mixed rules and credits run in other processes; beside workers.py, for the same reasons."""

import itertools
import os
import random
import signal
import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from backend.engine.limits import layout
from backend.engine.limits.credit_cells import CreditCells, NotEnough, UnknownAccount
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import DailyQuota, Policy, Rule, RuleSet, TokenBucket
from backend.engine.limits.state import SharedState
from backend.engine.native.admission import admission
from tests.engine.limits.stepping import kill_everywhere
from tests.engine.limits.workers import MS, NOW, die_after, in_child

_ACK = struct.Struct("=QQQQ")


def hammer(path: str, rules: Sequence[Rule], attempts: int) -> tuple[int, int]:
    """Call as fast as possible at one instant; gives the calls admitted, and those beyond a quota."""
    state = SharedState.open(path)
    limiter = StateLimiter(state, lambda: NOW)
    try:
        together = RuleSet(rules)
        answers = [limiter.admit(together) for _ in range(attempts)]
        return sum(answer.allowed for answer in answers), sum(answer.overage is not None for answer in answers)
    finally:
        state.close()


def kill_at_every_step(path: str, *, before: int, limit: int) -> tuple[int, list[str]]:
    """Kill an admission under a window, a bucket and a day at every call and store that can reach the file.

    Args:
        path: the state's file.
        before: calls already counted under each rule.
        limit: of each rule.

    Returns:
        How many were killed, and what was found wrong.
    """
    layout.ARENA_BYTES_FIRST = layout.PAGE_BYTES
    state = SharedState.open(path, entries=1 << 6)
    wrong: list[str] = []
    for step in itertools.count(1):
        limiter = StateLimiter(state, lambda: NOW + step)  # noqa: B023 - used in this turn only
        # For the tested ones to take over: counters of several kinds that expire in a moment.
        crowd: list[tuple[Rule, ...]] = [
            (Policy("crowd", f"{step}-{number}", 2, 1e-9), TokenBucket("crowd", f"{number}", 9, 10**9))
            for number in range(30)
        ]
        for pair in crowd:
            limiter.admit(pair)
        rules: tuple[Rule, ...] = (
            Policy("w", f"{step}", limit, 60.0),
            TokenBucket("b", f"{step}", limit, 60),
            DailyQuota("d", "", limit),
        )
        limiter = StateLimiter(state, lambda: NOW + step + MS)  # noqa: B023 - as above
        for _ in range(before):
            limiter.admit(rules)
        status = in_child(lambda: die_after(step, state, lambda: limiter.admit(rules)))  # noqa: B023 - as above
        if status == 0:
            break
        counted = {limit - before - limiter.peek(rule).remaining for rule in rules}
        misfiled = [rule for rule in itertools.chain(rules, *crowd) if _is_misfiled(state, rule)]
        later = sum(limiter.admit(rules).allowed for _ in range(limit + 1))
        if misfiled or status != -signal.SIGKILL or not counted <= {0, 1} or before + later + max(counted) != limit:
            wrong.append(f"{step}: status {status}, counted {counted}, then admitted {later}; misfiled {misfiled}")
        for key in (f"{step}", ""):
            limiter.forget(key)
    state.close()
    return step - 1, wrong


def _is_misfiled(state: SharedState, rule: Rule) -> bool:
    """Say whether a rule's counter is marked as one of another kind."""
    place = state.acquire((rule.counter,))[0]
    try:
        return place.at != 0 and place.words[place.at + layout.KIND] != place.kind
    finally:
        state.release()


def kill_a_change_of_pace(path: str) -> tuple[int, list[str]]:
    """Kill the first call under a changed refill at every step; nothing may be set free, nobody locked out."""
    state = SharedState.open(path, entries=1 << 10)
    wrong: list[str] = []
    for step, faster in ((step, faster) for step in itertools.count(1) for faster in (True, False)):
        limiter = StateLimiter(state, lambda: NOW)
        old, new = TokenBucket("b", f"{step}{faster}", 10, 60), TokenBucket("b", f"{step}{faster}", 10, 600)
        if not faster:
            old, new = new, old
        limiter.admit((old,), 4)
        status = in_child(lambda: die_after(step, state, lambda: limiter.admit((new,))))  # noqa: B023 - in this turn
        if status == 0:
            break
        later = sum(limiter.admit((new,)).allowed for _ in range(10))
        retry_after = limiter.admit((new,)).retry_after
        if status != -signal.SIGKILL or later not in {0, 5, 6} or retry_after > new.interval_us / 1e6 + 1e-6:
            wrong.append(f"{step}: status {status}, then admitted {later}, retry after {retry_after}")
    state.close()
    return step - 1, wrong


def kill_a_publication(path: str, *, is_new: bool) -> tuple[int, list[str]]:
    """Kill the making or the change of a credit cell at every step; then publish again as the database would."""
    layout.ARENA_BYTES_FIRST = layout.PAGE_BYTES
    state = SharedState.open(path, entries=1 << 9, clock=lambda: NOW)
    cells, wrong = CreditCells(state), []
    for number in range(400):
        # For cells to take over: counters that have expired.
        StateLimiter(state, lambda: NOW - MS).admit((Policy("crowd", f"{number}", 9, 1e-9),), 9)
    for step in itertools.count(1):
        account = f"account{step}"
        if not is_new:
            cells.publish(account, 100, 1, position_if_absent=40)
            cells.reserve(account, 5)
        status = in_child(
            lambda: die_after(step, state, lambda: cells.publish(account, 130, 2, position_if_absent=40))  # noqa: B023
        )
        if status == 0:
            break
        seen = cells.position(account), cells.ceiling(account)
        allowed = {(None, None), (40, 130)} if is_new else {(45, 100), (45, 130)}
        cells.publish(account, 130, 2, position_if_absent=40)
        last = cells.reserve(account, 50)
        if status != -signal.SIGKILL or seen not in allowed or last != ((90, 40) if is_new else (95, 35)):
            wrong.append(f"{step}: status {status}, saw {seen}, then reserved to {last}")
    state.close()
    return step - 1, wrong


def kill_a_reservation(path: str) -> tuple[int, list[str]]:
    """Kill a reservation at every step; it is taken whole or not at all."""
    state = SharedState.open(path, entries=1 << 9)
    cells, wrong = CreditCells(state), []
    for step in itertools.count(1):
        account = f"account{step}"
        cells.publish(account, 10, 1, position_if_absent=0)
        cells.reserve(account, 3)
        status = in_child(lambda: die_after(step, state, lambda: cells.reserve(account, 4)))  # noqa: B023 - in this turn
        if status == 0:
            break
        if status != -signal.SIGKILL or cells.position(account) not in {3, 7} or cells.ceiling(account) != 10:
            wrong.append(f"{step}: status {status}, at {cells.position(account)}")
    state.close()
    return step - 1, wrong


def reserve_all(path: str, account: str, amount: int) -> list[int]:
    """Reserve until nothing is left; gives where each reservation ended."""
    state = SharedState.open(path)
    cells, ends = CreditCells(state), []
    try:
        while True:
            ends.append(cells.reserve(account, amount).end)
    except NotEnough:
        return ends
    finally:
        state.close()


def kill_at_random(path: str, acks_path: str, kills: int) -> None:
    """Let four processes call under mixed rules and reserve credits, kill one after the other, start others."""
    state = SharedState.open(path, entries=64)
    chance = random.Random(11)  # noqa: S311 - no secret
    children = [_start(state, acks_path) for _ in range(4)]
    for _ in range(kills):
        time.sleep(chance.uniform(0, 0.006))
        victim = children.pop(chance.randrange(len(children)))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        children.append(_start(state, acks_path))
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    state.close()


def kill_rules(turn: int) -> tuple[Policy, TokenBucket, DailyQuota]:
    """Give three rules whose counters change fifty times a second; each is the tightest now and then."""
    limits = ((30, 90, 90), (90, 30, 90), (90, 90, 30))[turn % 3]
    return (
        Policy("w", f"w{turn}", limits[0], 0.06),
        TokenBucket("b", f"b{turn}", limits[1], 60),
        DailyQuota("d", f"d{turn}", limits[2]),
    )


def read_acks(acks_path: Path) -> list[tuple[int, int, int, int]]:
    """Give of each acknowledged call its turn, when it was asked for and decided, and where its reservation ended."""
    return list(_ACK.iter_unpack(acks_path.read_bytes()))


def _start(state: SharedState, acks_path: str) -> int:
    pid = os.fork()
    if pid == 0:
        _call_for_ever(state, acks_path)
    return pid


def _call_for_ever(state: SharedState, acks_path: str) -> NoReturn:
    try:
        limiter, cells = StateLimiter(state), CreditCells(state)
        acks = os.open(acks_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        rules = {0: RuleSet(kill_rules(0))}
        while True:
            asked = time.time_ns()
            turn = asked // (20 * MS)
            if turn not in rules:
                rules = {turn: RuleSet(kill_rules(turn))}
            if not limiter.admit(rules[turn]).allowed:
                continue
            decided = time.time_ns()
            try:
                end = cells.reserve("payer", 3).end
            except UnknownAccount:
                cells.publish("payer", 10**9, 1, position_if_absent=0)
                continue
            os.write(acks, _ACK.pack(turn, asked, decided, end))
    finally:
        os._exit(1)


def kill_an_admission_in_c(path: str, rules: Sequence[Rule]) -> tuple[int, list[str]]:
    """Kill one admission after the other at all machine instructions of C in turn.

    Returns:
        How many were killed, and what was found wrong.
    """
    functions = admission()
    assert functions is not None
    state = SharedState.open(path)
    limiter, together = StateLimiter(state, lambda: NOW), RuleSet(rules)
    limiter.admit(together)

    def admit() -> None:
        state.generation()
        limiter.admit(together)

    killed, wrong = 0, []
    before = [limiter.peek(rule).remaining for rule in rules]
    for number, was_killed in enumerate(kill_everywhere(functions.admit, admit)):
        killed += was_killed
        after = [limiter.peek(rule).remaining for rule in rules]
        counted = {left - now for left, now in zip(before, after, strict=True)}
        remaining = limiter.admit(together).remaining
        if not counted <= {0, 1} or remaining != min(after) - 1:
            wrong.append(f"{number}: counted {counted}, then {remaining} of {after} left")
        before = [limiter.peek(rule).remaining for rule in rules]
    state.close()
    return killed, wrong


def kill_a_reservation_in_c(path: str) -> tuple[int, set[int]]:
    """Kill one reservation of 4 credits after the other at all machine instructions of C in turn.

    Returns:
        How many were killed, and what each of them and one of 3 credits after it took together.
    """
    functions = admission()
    assert functions is not None
    state = SharedState.open(path)
    cells = CreditCells(state)
    cells.publish("payer", 10**6, 1, position_if_absent=0)
    end = cells.reserve("payer", 1).end

    def reserve() -> None:
        state.generation()
        cells.reserve("payer", 4)

    killed, taken = 0, set()
    for was_killed in kill_everywhere(functions.reserve, reserve):
        killed += was_killed
        before, end = end, cells.reserve("payer", 3).end
        taken.add(end - before)
    state.close()
    return killed, taken
