"""How children end: when their parent dies, however it dies, and in order from their first instruction on.

Called by the supervisor for its children and by the granian master for its workers. A parent's death is told on Linux;
elsewhere that is a no-op.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal

PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGTERM, signal.SIGINT)


def end_with_parent() -> None:
    """Ask the kernel to send this process SIGTERM when the thread that started it is gone."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def begin_holding() -> None:
    """The same, and keep the signals to end until `let_signals_through`: they would end what only begins at once."""
    end_with_parent()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


def let_signals_through() -> None:
    """Take the signals to end, those too that came since the start; handlers are to be there by now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
