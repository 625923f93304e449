"""Kills a process at a machine instruction of a C function: its parent stops it there, and it never goes on.

For x86-64, where a process may trace its children.
"""

import ctypes
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator

TRACE_ME, PEEK_TEXT, PEEK_USER, POKE_TEXT, POKE_USER, GO_ON, SINGLE_STEP = 0, 1, 3, 4, 6, 7, 9
# Where the kernel keeps these registers of a traced process.
INSTRUCTION_AT, STACK_AT = 16 * 8, 19 * 8
BREAKPOINT = 0xCC

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


def kill_everywhere(function: Callable[..., int], work: Callable[[], object]) -> Iterator[bool]:
    """Run work in one fork after the other and kill each before another instruction of the C function that it calls.

    Yields:
        Whether the fork was killed there: False where this time another way led through the function.
    """
    entry = ctypes.cast(function, ctypes.c_void_p).value or 0  # type: ignore[arg-type]
    turns: Counter[int] = Counter()
    for address in _way_through(entry, work):
        turns[address] += 1
        yield _kill_at(entry, work, address, turns[address])


def _way_through(entry: int, work: Callable[[], object]) -> list[int]:
    """Give the addresses of a function's instructions in the order in which a fork comes to them."""
    pid = _stopped_at(entry, work)
    entered_with = _libc.ptrace(PEEK_USER, pid, STACK_AT, None)
    way = []
    while _libc.ptrace(PEEK_USER, pid, STACK_AT, None) <= entered_with:
        way.append(_libc.ptrace(PEEK_USER, pid, INSTRUCTION_AT, None))
        _step(pid)
    _kill(pid)
    return way


def _kill_at(entry: int, work: Callable[[], object], address: int, turn: int) -> bool:
    """Kill a fork when it comes to an address for that time; False if it never does."""
    pid = _stopped_at(entry, work)
    come = int(address == entry)
    while come < turn:
        if come:
            _step(pid)
        if not _runs_to(pid, address):
            return False
        come += 1
    _kill(pid)
    return True


def _stopped_at(address: int, work: Callable[[], object]) -> int:
    """Fork, let the fork work until it comes to an address, and give its number."""
    pid = os.fork()
    if pid == 0:
        try:
            _libc.ptrace(TRACE_ME, 0, None, None)
            os.kill(os.getpid(), signal.SIGSTOP)
            work()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    if not _runs_to(pid, address):
        raise AssertionError("the work did not come to the function")
    return pid


def _runs_to(pid: int, address: int) -> bool:
    """Let a process go on until it comes to an address; False if it ended."""
    code = _libc.ptrace(PEEK_TEXT, pid, address, None)
    _ask(POKE_TEXT, pid, address, (code & ~0xFF) | BREAKPOINT)
    _ask(GO_ON, pid)
    if not os.WIFSTOPPED(os.waitpid(pid, 0)[1]):
        return False
    _ask(POKE_TEXT, pid, address, code)
    _ask(POKE_USER, pid, INSTRUCTION_AT, address)
    return True


def _step(pid: int) -> None:
    _ask(SINGLE_STEP, pid)
    os.waitpid(pid, 0)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _ask(request: int, pid: int, where: int | None = None, what: int | None = None) -> None:
    if _libc.ptrace(request, pid, where, what) == -1:
        raise OSError(ctypes.get_errno(), "a process cannot be traced here")
