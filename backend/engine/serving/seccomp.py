"""A system call filter: no network, no new programs or processes, no writing to files, no reaching into others.

Used by the lock-down of the isolated child, on x86_64 and aarch64. What is refused fails with EPERM, so that libraries
can carry on where they only try. Source: linux/seccomp.h, linux/bpf_common.h, linux/audit.h.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from typing import Final

from backend.engine.serving import kernel, syscalls

_ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E, 317), "aarch64": (1, 0xC00000B7, 277)}
"""Column of the tables, AUDIT_ARCH value, number of seccomp(2)."""

_CLONE_THREAD: Final = 0x00010000
_WRITING_FLAGS: Final = 0o3 | 0o100 | 0o1000 | 0o2000 | 0o20000000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND and O_TMPFILE's own bit."""

_LOAD, _JUMP_EQUAL, _JUMP_GREATER, _JUMP_SET, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSED, _CLOSED, _UNKNOWN = _ERRNO | errno.EPERM, _ERRNO | errno.EACCES, _ERRNO | errno.ENOSYS
_SET_MODE_FILTER, _ALL_THREADS = 1, 1

_Instruction = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install(*, close_files: bool = False) -> None:
    """Put the filter on all threads of this process, for good.

    Args:
        close_files: refuse to open any file at all, and nothing else; for a second filter after everything is loaded.

    Raises:
        OSError: the kernel does not take it, or the architecture is not known here.
    """
    if kernel.machine not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no filter for {kernel.machine}")
    column, arch, number = _ARCHITECTURES[kernel.machine]
    body = _closing(column) if close_files else _body(column)
    code = b"".join(struct.pack("=HBBI", *step) for step in [*_prologue(arch), *body, (_RETURN, 0, 0, _ALLOW)])
    program = _Program(len(code) // 8, code)
    kernel.syscall(number, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program))


def _prologue(arch: int) -> list[_Instruction]:
    return [
        (_LOAD, 0, 0, _ARCH_AT),
        (_JUMP_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),  # another instruction set would number its calls otherwise
        (_LOAD, 0, 0, _NUMBER_AT),
    ]


def _body(column: int) -> list[_Instruction]:
    # x32's calls carry a high bit, so they are unknown too.
    steps: list[_Instruction] = [(_JUMP_GREATER, 0, 1, syscalls.LAST_KNOWN), (_RETURN, 0, 0, _UNKNOWN)]
    for numbers in syscalls.DENIED.values():
        steps += _when(numbers[column], _REFUSED)
    # glibc falls back to clone and openat, whose arguments a filter can see, when these are not there.
    steps += _when(syscalls.CLONE3, _UNKNOWN) + _when(syscalls.OPENAT2, _UNKNOWN)
    steps += _when_argument(syscalls.CLONE[column], 0, _CLONE_THREAD, unless_set=True)
    steps += _when_argument(syscalls.OPENING["open"][column], 1, _WRITING_FLAGS)
    steps += _when_argument(syscalls.OPENING["openat"][column], 2, _WRITING_FLAGS)
    return steps + _when_argument(syscalls.PRLIMIT[column], 0, 0xFFFFFFFF)


def _closing(column: int) -> list[_Instruction]:
    return [step for numbers in syscalls.OPENING.values() for step in _when(numbers[column], _CLOSED)]


def _when(number: int | None, action: int) -> list[_Instruction]:
    return [] if number is None else [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, action)]


def _when_argument(number: int | None, argument: int, bits: int, *, unless_set: bool = False) -> list[_Instruction]:
    """Refuse a call when any of the bits is set in the low half of an argument, or when none is."""
    if number is None:
        return []
    is_set, is_clear = (1, 0) if unless_set else (0, 1)
    return [
        (_JUMP_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument),
        (_JUMP_SET, is_set, is_clear, bits),
        (_RETURN, 0, 0, _REFUSED),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
