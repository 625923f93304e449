"""Kills a process at a machine instruction of a C function: its parent stops it there and lets it go step by step.

For x86-64, where a process may trace its children.
"""

import ctypes
import os
import signal
from collections.abc import Callable

TRACE_ME, PEEK_TEXT, PEEK_USER, POKE_TEXT, POKE_USER, GO_ON, SINGLE_STEP = 0, 1, 3, 4, 6, 7, 9
# Where the kernel keeps these registers of a traced process.
INSTRUCTION_AT, STACK_AT = 16 * 8, 19 * 8
BREAKPOINT = 0xCC

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


def kill_inside(function: Callable[..., int], work: Callable[[], object], steps: int) -> bool:
    """Run work in a fork and kill it so many instructions after it entered a C function; False if that was over."""
    address = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    pid = os.fork()
    if pid == 0:
        try:
            _libc.ptrace(TRACE_ME, 0, None, None)
            os.kill(os.getpid(), signal.SIGSTOP)
            work()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    code = _libc.ptrace(PEEK_TEXT, pid, address, None)
    _ask(POKE_TEXT, pid, address, (code & ~0xFF) | BREAKPOINT)
    _ask(GO_ON, pid)
    if not os.WIFSTOPPED(os.waitpid(pid, 0)[1]):
        raise AssertionError("the work did not come to the function")
    _ask(POKE_TEXT, pid, address, code)
    _ask(POKE_USER, pid, INSTRUCTION_AT, address)
    entered_with = _libc.ptrace(PEEK_USER, pid, STACK_AT, None)
    is_inside = True
    for _ in range(steps):
        _ask(SINGLE_STEP, pid)
        os.waitpid(pid, 0)
        is_inside = _libc.ptrace(PEEK_USER, pid, STACK_AT, None) <= entered_with
        if not is_inside:
            break
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return is_inside


def _ask(request: int, pid: int, where: int | None = None, what: int | None = None) -> None:
    if _libc.ptrace(request, pid, where, what) == -1:
        raise OSError(ctypes.get_errno(), "a process cannot be traced here")
