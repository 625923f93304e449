"""What goes through the gateway: a call in, an answer out, and what a kind must be able to do.

Plain objects: doors build a `Call` from whatever they serve, endpoints implement `Kind`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from backend.engine.keys import Environment
from backend.engine.signing import PlainKey, SignedRequest
from backend.services.offers import Documentation, Offer


class Target(Protocol):
    """What a call is aimed at, such as one exported API."""

    @property
    def api_id(self) -> int:
        """The API that is charged with the call."""
        ...

    @property
    def model_id(self) -> int:
        """The model that answers."""
        ...

    @property
    def account_id(self) -> str:
        """Whose it is; keys of other accounts never call it."""
        ...

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes of which a key must hold one."""
        ...

    @property
    def endpoint(self) -> str:
        """The path it is called at, as usage names it."""
        ...

    @property
    def is_active(self) -> bool:
        """False while the owner has paused it."""
        ...


class Work(Protocol):
    """A validated payload, ready to execute."""

    @property
    def rows(self) -> int:
        """How many rows it is metered as."""
        ...


TargetT = TypeVar("TargetT", bound=Target)
WorkT = TypeVar("WorkT", bound=Work)


@dataclass(frozen=True, slots=True)
class SurfaceLimit:
    """How often one account may call a kind, whatever its keys and plan."""

    calls: int
    window_seconds: float


class Kind(ABC, Generic[TargetT, WorkT]):
    """A metered kind: everything the product knows of it, in one file under `backend/endpoints`."""

    name: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str]
    """What is paid for, in the singular: row, token, minute."""
    unit_price: ClassVar[int]
    """Credits for one unit."""
    surface: ClassVar[SurfaceLimit | None] = None
    method: ClassVar[str]
    path: ClassVar[str]
    """With one `<target>` part, as Flask writes it."""
    body_bytes_max: int

    @abstractmethod
    def find(self, target: str) -> TargetT:
        """Give what the path names.

        Raises:
            NotFound: nothing of that name.
        """

    @abstractmethod
    def parse(self, target: TargetT, body: bytes) -> WorkT:
        """Decode and validate a payload in one pass.

        Raises:
            InvalidInput: with every problem in its details.
        """

    def cost(self, work: WorkT) -> int:
        """Give what the work costs, in credits; it is reserved before the work and never charged when that fails."""
        return self.unit_price * work.rows

    @abstractmethod
    def execute(self, target: TargetT, work: WorkT) -> Mapping[str, object]:
        """Do the work; give the answer's own fields.

        Raises:
            ModelFailed: the work broke on admitted input.
        """

    @abstractmethod
    def offers(self, account_id: str) -> Sequence[Offer]:
        """Give what an account can call, the newest first."""

    @abstractmethod
    def document(self, account_id: str, target: str) -> tuple[Offer, Documentation]:
        """Give one of an account's targets with all there is to know before calling it.

        Raises:
            NotFound: nothing of that name, or another's.
        """

    @abstractmethod
    def identify(self, target: TargetT, work: WorkT) -> Mapping[str, object]:
        """Give the fields that say in the answer who answered."""


AnyKind = Kind[Any, Any]


@dataclass(frozen=True, slots=True)
class SessionPrincipal:
    """A signed-in account that calls without a key, as the playground does."""

    account_id: str
    environment: Environment


Credential: TypeAlias = PlainKey | SignedRequest | SessionPrincipal


@dataclass(slots=True, eq=False)
class Call:
    """One request as a door received it, changed by nobody: freezing it would cost a microsecond a call.

    The credential is never shown by repr.
    """

    kind: AnyKind
    target: str
    credential: Credential | None
    request_target: str
    """Path and query exactly as the request line has them: what a signature covers. Read for signed requests alone."""
    origin: str | None
    """The page a browser sends it from."""
    read_body: Callable[[int], bytes]
    """Reads at most that many bytes; raises PayloadTooLarge beyond. Asked twice, it gives the same."""
    request_id: str
    remote_address: str
    occurred_at_us: int
    """Epoch microseconds."""
    started_ns: int
    """time.perf_counter_ns() when the door was reached."""
    cpu_started_ns: int
    """time.thread_time_ns() when the door was reached."""

    def __repr__(self) -> str:
        return f"Call({self.kind.name}, {self.target}, {self.request_id})"


@dataclass(slots=True)
class Answer:
    """What the door sends back; the body is JSON."""

    status: int
    body: bytes
    headers: list[tuple[str, str]]
    credits: int = 0
    """What the call cost."""
