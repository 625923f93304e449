"""`python -m backend.serve`: the whole of Modelport as one process tree.

Prepares the home (database, first administrator, demo), then keeps two children alive: the web server with its workers
(SERVER: granian or gunicorn), and the background process that folds the journal and runs the scheduled jobs. Serves
nothing itself and holds no models.

    SIGTERM, SIGINT   answers what was taken, folds what was answered, ends
    SIGHUP            reloads the workers one by one and the background process
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from backend.config import (
    ROOT,
    SettingError,
    Settings,
    child_environment,
    load_settings,
    prepare_home,
)
from backend.core.child_signals import begin_holding, end_with_parent

READY_SECONDS_MAX = 90.0
STOP_SECONDS_MAX = 40.0
RESTART_SECONDS = 1.0
WEB_COMMANDS = {
    "granian": [sys.executable, "-m", "backend.granian_server"],
    "gunicorn": [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py"), "wsgi:app"],
}
POLL_SECONDS = 0.2


class HomeTaken(RuntimeError):
    """Another server runs on the same home."""


class HomeNotWritable(RuntimeError):
    """The home cannot be made or written in."""


class PortTaken(RuntimeError):
    """Another program listens where this server should."""


@dataclass(slots=True)
class Child:
    """A process that must be alive as long as the server is."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    holds_signals: bool = False
    """It begins with its signals to end blocked, and lets them through once it knows how to end in order."""
    process: subprocess.Popen[bytes] | None = None
    is_told_to_end: bool = False

    def start(self, said: bytes | None = None) -> None:
        """Start it and say something on its standard input; it is told to end when this process dies."""
        self.is_told_to_end = False
        # The signal is asked for in the child before exec; a library call there is safe since no thread runs yet.
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            preexec_fn=begin_holding if self.holds_signals else end_with_parent,  # noqa: PLW1509 - this process has one thread
            start_new_session=True,
            stdin=subprocess.DEVNULL if said is None else subprocess.PIPE,
        )
        if said is not None and self.process.stdin is not None:
            self.process.stdin.write(said)
            self.process.stdin.close()

    def signal(self, number: int) -> None:
        """Send it a signal; fine when it is gone."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.is_told_to_end = self.is_told_to_end or number == signal.SIGTERM

    def end(self) -> None:
        """Tell it to end, once, and wait for that; it is killed when it takes too long."""
        if not self.is_told_to_end:
            self.signal(signal.SIGTERM)
        if self.process is not None:
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def has_ended(self) -> bool:
        """Tell whether it was started and is no more."""
        return self.process is not None and self.process.poll() is not None


class Supervisor:
    """Keeps the web server and the background process alive, and ends all children in order.

    The visitor makes the demo's first calls and then ends by itself.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self.web = Child("web", WEB_COMMANDS[settings.server], environment)
        folding = [sys.executable, "-m", "backend.jobs.background"]
        self.background = Child("background", folding, environment, holds_signals=True)
        demo_calls = [sys.executable, "-m", "flask", "--app", "backend.app:create_app", "demo-traffic"]
        self.visitor = Child("visitor", demo_calls, environment)
        self._settings = settings
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start both children and listen for signals."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._reload)
        self.background.start()
        self.web.start()

    def watch(self) -> int:
        """Restart the background process when it dies; end with the web server. Gives the exit status."""
        while not self._stopping.wait(POLL_SECONDS):
            if self.web.has_ended:
                say(f"The web server ended by itself with status {self.web.process.returncode}.")  # type: ignore[union-attr]
                self.end()
                return 1
            if self.background.has_ended:
                self._stopping.wait(RESTART_SECONDS)
                self.background.start()
            if self.visitor.has_ended:
                self.visitor.process = None
        self.end()
        return 0

    def end(self) -> None:
        """End the web server first, so that the background process folds its last answers.

        One that was told to end before, by a reload, may have folded for the last time already; and one that died may
        not have been started again. Another does it then.
        """
        self.visitor.end()
        self.web.end()
        if self.background.is_told_to_end:
            self.background.end()
        if self.background.has_ended:
            self.background.start()
        self.background.end()

    def wait_until_ready(self) -> bool:
        """Wait for the first good answer of /readyz."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        url = f"http://{reachable(self._settings.host)}:{self._settings.port}/readyz"
        while time.monotonic() < deadline and not self.web.has_ended and not self._stopping.is_set():
            with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return True
            self._stopping.wait(POLL_SECONDS)
        return False

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _reload(self, _number: int, _frame: FrameType | None) -> None:
        self.web.signal(signal.SIGHUP)
        self.background.signal(signal.SIGTERM)


def make_home(settings: Settings) -> None:
    """Make the home, and find out before a minute of preparation whether it can be written in.

    Raises:
        HomeNotWritable: it cannot.
    """
    try:
        prepare_home(settings)
        (settings.modelport_home / "server.lock").open("a+").close()
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        message = (
            f"Cannot write in the home ({what}). Set MODELPORT_HOME and MODELS_STORE to folders that can be written in."
        )
        raise HomeNotWritable(message) from None


@contextlib.contextmanager
def home_taken(home: Path) -> Iterator[None]:
    """Hold the home for this server alone; the kernel lets go when the process dies.

    Raises:
        HomeTaken: another server holds it.
    """
    with (home / "server.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            message = f"{home} is in use by another Modelport server (process {file.read().strip() or 'unknown'})."
            raise HomeTaken(message) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def refuse_taken_port(settings: Settings) -> None:
    """Find out before a minute of preparation that nobody could be served.

    Raises:
        PortTaken: HOST and PORT cannot be bound.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            message = f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). Set PORT to a free one."
            raise PortTaken(message) from None


def prepare(environment: Mapping[str, str]) -> dict[str, Any]:
    """Migrate, make the first administrator and the demo in a process of its own; give what it made."""
    command = [sys.executable, "-m", "flask", "--app", "backend.app:create_app", "setup", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        say("The start was given up: preparing the database failed, see above.")
        raise SystemExit(done.returncode)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def announce(settings: Settings, made: Mapping[str, Any]) -> None:
    """Print what a newcomer needs: where it is, how to sign in, a call that works."""
    say(f"\nModelport is ready on {settings.base_url}\n")
    if made.get("admin"):
        say(f"  Sign in as   {made['admin']['email']}")
        if made["admin"].get("password"):
            say(f"  Password     {made['admin']['password']}   (shown this once)")
    for line in made.get("curl", ()):
        say(f"\n  Try it:\n\n{line}\n")


def reachable(host: str) -> str:
    """Give an address at which a server bound to `host` answers on this machine."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def main() -> int:
    """Run the server; gives the exit status."""
    try:
        settings = load_settings()
    except SettingError as error:
        say(str(error))
        return 2
    try:
        make_home(settings)
        environment = child_environment(settings)
        with home_taken(settings.modelport_home):
            refuse_taken_port(settings)
            made = prepare(environment)
            supervisor = Supervisor(settings, environment)
            supervisor.start()
            if supervisor.wait_until_ready():
                announce(settings, made)
                if made.get("traffic"):
                    # Keys go by standard input: anybody on the machine may read a command line.
                    supervisor.visitor.start(json.dumps(made["traffic"]).encode())
            return supervisor.watch()
    except (HomeNotWritable, HomeTaken, PortTaken) as error:
        say(str(error))
        return 3


if __name__ == "__main__":
    sys.exit(main())
