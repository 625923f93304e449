"""The hot path around a model that costs nothing: what a prediction pays for keys, limits, credits and its record.

Used by `profile_call` and by what counts instructions. Door, gateway, directory, limits, credits, journal
and metrics are the real ones, over a database and a home of their own; only the model is a constant. Imports neither
the blueprints nor a model's runtime, so that it starts quickly under valgrind.
"""

from __future__ import annotations

import importlib
import io
import itertools
import sys
import time
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NoReturn

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import SystemClock
from backend.core.errors import NotFound
from backend.core.jsontools import dumps
from backend.core.plans import BUSINESS
from backend.core.remembered import Remembered
from backend.engine.keys import mint_key, new_key_id
from backend.engine.limits.credit_cells import CreditCells
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.state import SharedState
from backend.engine.metering.journal import JournalWriter
from backend.engine.scopes import predict_scope
from backend.engine.sealing import Sealer
from backend.engine.signing import PlainKey
from backend.gateway.authentication import Authenticator
from backend.gateway.call import Call, Kind
from backend.gateway.pipeline import Gateway
from backend.models import Account, APIKeyQuota, AppKey, Base, ExportedAPI, MLModel
from backend.services.change_service import ChangeService
from backend.services.credit_gate import CreditGate
from backend.services.directory_service import Directory, ServedAPI
from backend.services.metrics_service import MetricsObserver
from backend.services.offers import Offer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from backend.routes.prediction_door import PredictionDoor

ROOT = Path(__file__).resolve().parents[1]
BODY = b'{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}'
ANSWER = {"prediction": "setosa", "probabilities": {"setosa": 0.9789, "versicolor": 0.0211, "virginica": 0.0}}
CALLS_PER_MINUTE = 1_000
"""Of the key and of its plan: both windows decide every call."""
STEP_NS = 100_000_000
"""How far the limits' clock moves with each call, so that 600 calls lie in a window and none is refused."""
LINE = b"x" * 767 + b"\n"
"""As long as the record of the measured call."""
Stage = Callable[[], object]


@dataclass(frozen=True, slots=True)
class OneRow:
    """What a constant model is asked."""

    rows: int = 1


class Constant(Kind[ServedAPI, OneRow]):
    """ml.predict without a model: finds its API as that does, reads nothing and always answers the same."""

    name: ClassVar[str] = "ml.predict"
    title: ClassVar[str] = "Prediction"
    unit: ClassVar[str] = "row"
    unit_price: ClassVar[int] = 1
    method: ClassVar[str] = "POST"
    path: ClassVar[str] = "/api/predict/<target>"
    body_bytes_max = 1_048_576

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._work = OneRow()

    def find(self, target: str) -> ServedAPI:
        """Give the API."""
        api = self._directory.api(int(target))
        if api is None:
            raise SystemExit("the measured API is gone")
        return api

    def parse(self, target: ServedAPI, body: bytes) -> OneRow:
        """Read nothing."""
        del target, body
        return self._work

    def execute(self, target: ServedAPI, work: OneRow) -> Mapping[str, object]:
        """Answer."""
        del target, work
        return ANSWER

    def identify(self, target: ServedAPI, work: OneRow) -> Mapping[str, object]:
        """Name the API."""
        del work
        return {"api_id": target.api_id, "model": {"id": target.model_id, "version": 1}}

    def offers(self, account_id: str) -> Sequence[Offer]:
        """Offer nothing to anybody."""
        del account_id
        return ()

    def document(self, account_id: str, target: str) -> NoReturn:
        """Find nothing, since nothing is offered."""
        del account_id, target
        raise NotFound(noun="Endpoint")


class HotPath:
    """Sends the measured call; see the module."""

    def __init__(self, folder: Path) -> None:
        """Build everything in an empty folder, and answer once so that everything is remembered."""
        engine = create_engine(f"sqlite:///{folder / 'hot.db'}")
        Base.metadata.create_all(engine)
        sessions = sessionmaker(engine, expire_on_commit=False)
        self.key, self.api_id = export(sessions)
        (folder / "journal").mkdir()
        self.state = SharedState.open(folder / "limits.bin", entries=1 << 10)
        changes = ChangeService(self.state, sessions)
        self.directory = Directory(sessions, changes.generation, SystemClock(), Sealer(b"s" * 32))
        limiter = StateLimiter(self.state, itertools.count(time.time_ns(), STEP_NS).__next__)
        self.gateway = Gateway(
            authenticator=Authenticator(self.directory, limiter),
            passages=Remembered(changes.generation),
            limiter=limiter,
            credits=CreditGate(CreditCells(self.state), sessions, SystemClock()),
            journal=JournalWriter(folder / "journal"),
            observer=MetricsObserver(lambda: 200.0),
            logged_body_bytes_max=10_240,
        )
        self.kind = Constant(self.directory)
        self.environ = environ_of(self.api_id, self.key)
        self.door = bare_door()(refuse, self.gateway, self.kind, secure=False)
        self.status = ""
        answer = self.send(self.door)
        if self.status != "200 OK":
            raise SystemExit(f"the measured call is answered {self.status}: {answer!r}")

    def send(self, application: WSGIApplication) -> bytes:
        """Send the call to a WSGI application and give the answer's body."""
        environ = {**self.environ, "wsgi.input": io.BytesIO(BODY)}
        return b"".join(application(environ, self._start_response))

    def call(self) -> Call:
        """Give the call as the door hands it to the gateway."""
        return Call(
            kind=self.kind,
            target=str(self.api_id),
            credential=PlainKey(self.key),
            request_target=self.environ["PATH_INFO"],
            origin=None,
            read_body=lambda _bytes_max: BODY,
            request_id="req_00000000000000000000000000",
            remote_address="127.0.0.1",
            occurred_at_us=1_900_000_000_000_000,
            started_ns=time.perf_counter_ns(),
            cpu_started_ns=time.perf_counter_ns(),
        )

    def stages(self) -> dict[str, Stage]:
        """Give what is measured, by name: whole requests first, then what a call does, each by itself."""
        gateway, kind, call = self.gateway, self.kind, self.call()
        grant = self.directory.grant(self.key)
        if grant is None:
            raise SystemExit("the key of the measured call is unknown")
        return {
            "call": lambda: self.send(self.door),
            "yardstick": yardstick,
            "hello": lambda: self.send(hello),
            "request": lambda: self.send(lambda _environ, _start_response: ()),
            "authenticate": lambda: gateway.authenticator.grant(call),
            "find": lambda: kind.find(call.target),
            "limit": lambda: gateway.limiter.admit(grant.rules),
            "credits": lambda: gateway.credits.reserve(grant.account_id, 1),
            "observe": lambda: gateway.observer.answered(kind.name, 200, 0.000123),
            "append": lambda: gateway.journal.append(LINE),
        }

    def close(self) -> None:
        """Let go of the home."""
        self.state.close()

    def _start_response(self, status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        del headers
        self.status = status
        return no_body


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer as the least WSGI application that reads its request."""
    environ["wsgi.input"].read(len(BODY))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]


def yardstick() -> bytes:
    """Do what the hot path does, but none of it: instructions of other interpreters are compared through it."""
    words = memoryview(bytearray(512)).cast("Q")
    total, pairs = 0, [("X-Name", "value")]
    for number in range(20):
        words[number] = number << 8
        total += words[number] + len(pairs)
        pairs.append((f"name-{number}", str(total)))
    fields = {**ANSWER, "total": total, "names": [name for name, _ in pairs]}
    return dumps(fields)


def export(sessions: sessionmaker[Session]) -> tuple[str, int]:
    """Make an account on the largest plan with one API; give its key and its number."""
    minted, key_id = mint_key("mp", "live"), new_key_id("live")
    with sessions.begin() as session:
        session.add(
            Account(id="account-1", email="a@example.com", name="A", password_hash="x", plan=BUSINESS.name)  # noqa: S106
        )
        model = MLModel(account_id="account-1", name="m", task="classification", estimator="LogisticRegression")
        model.file_name = model.artefact = "m.joblib"
        model.file_bytes, model.sha256, model.contract = 1, "0" * 64, {}
        session.add(model)
        session.flush()
        api = ExportedAPI(model_id=model.id, account_id="account-1", api_key=minted.digest, name="m", key_id=key_id)
        api.api_endpoint = "/api/predict/1"
        session.add(api)
        session.flush()
        key = AppKey(key_id=key_id, digest=minted.digest, account_id="account-1", api_id=api.id, name="m")
        key.visible_prefix, key.last_four = minted.visible_prefix, minted.last_four
        key.scopes = [predict_scope(api.id)]
        key.quota = APIKeyQuota(sustained_limit=CALLS_PER_MINUTE, burst_limit=None, daily_quota=None)
        session.add(key)
        return minted.secret, api.id


def environ_of(api_id: int, key: str) -> WSGIEnvironment:
    """Give the environment of the call as a server on this machine builds it."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/api/predict/{api_id}",
        "QUERY_STRING": "",
        "RAW_URI": f"/api/predict/{api_id}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(BODY)),
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_USER_AGENT": "hot_path",
        "HTTP_ACCEPT": "*/*",
        "HTTP_X_API_KEY": key,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
    }


def bare_door() -> type[PredictionDoor]:
    """Give the class of the bare door without importing its neighbours, which are all of the portal."""
    for name in ("backend.routes", "backend.middleware"):
        if name not in sys.modules:
            package = types.ModuleType(name)
            package.__path__ = [str(ROOT / name.replace(".", "/"))]
            sys.modules[name] = package
    found: type[PredictionDoor] = importlib.import_module("backend.routes.prediction_door").PredictionDoor
    return found


def no_body(_: bytes) -> None:
    """Stand in for the old way of writing a body."""


def refuse(*_: object) -> NoReturn:
    """Stand in for Flask, which has no part in the measured call."""
    raise SystemExit("the measured call reached Flask")


def repeat(run: Stage, calls: int) -> None:
    """Run a stage some times."""
    for _ in range(calls):
        run()
