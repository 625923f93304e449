"""What can go wrong with the shared state, as one small tree.

Raised by this package only. Where limits cannot be counted, the gateway admits and alerts; what cannot be reserved
or used up for certain, credits and signatures, is refused. Carries no counter's name.

StateError
    StateCorruptError   the file is not ours, or not whole, and must not be overwritten
    StateFullError      no room for one more counter or call, on disk or in the index
    StateClosedError    used after close()
    StateDownError      the server that several machines share does not answer
"""


class StateError(Exception):
    """The shared state cannot answer."""


class StateCorruptError(StateError):
    """The file is not a shared state of this version, and may not be replaced."""


class StateFullError(StateError):
    """The index has no free entry, or the disk has no free block."""


class StateClosedError(StateError):
    """The state was closed in this process."""


class StateDownError(StateError):
    """The shared server does not answer, or not in time; whether it did what was asked, nobody knows."""
