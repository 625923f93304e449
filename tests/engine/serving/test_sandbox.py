"""Code that runs inside the isolated child, however it got there, reaches nothing."""

from __future__ import annotations

import errno
import json
import os
import pickle
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import joblib
import numpy as np
import orjson
import pytest
from joblib.numpy_pickle import NumpyArrayWrapper
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from backend.core.errors import ArtefactRefused
from backend.engine.serving.lockdown import Limits
from backend.engine.serving.sandbox import inspect_artefact, run_child
from tests.engine.serving import attacks

# The child locks itself down as it does for an artefact, and then runs what an exploit would.
HOSTILE = """
import sys, os, json
task = json.loads(sys.stdin.buffer.readline())
from backend.engine.serving import kernel, landlock, seccomp
from backend.engine.serving.lockdown import Limits, close_files, lock_down
from backend.engine.serving.sandbox_main import take_over_stdout, write
answer = take_over_stdout()
if task["without_landlock"]:
    def absent(*arguments): raise OSError("no landlock here")
    landlock.restrict = absent
isolation = lock_down(Limits(**task["limits"]))
if task["without_landlock"]:
    import socket, subprocess, ctypes, pathlib
    isolation += close_files()
results = {"isolation": isolation}
for name, code in task["attempts"].items():
    try:
        results[name] = {"did": repr(eval(code, {"task": task, "kernel": kernel, "os": os}))}
    except BaseException as error:
        results[name] = {"failed": type(error).__name__, "errno": getattr(error, "errno", None)}
write(answer, json.dumps(results).encode())
"""

ATTEMPTS = {
    "open a TCP socket": "__import__('socket').create_connection(('127.0.0.1', task['port']), 2)",
    "open a UNIX socket": "__import__('socket').socket(__import__('socket').AF_UNIX)",
    "make a socket pair": "__import__('socket').socketpair()",
    "run a program": "os.execv('/bin/sh', ['sh', '-c', 'true'])",
    "spawn a program": "__import__('subprocess').run(['/bin/true'])",
    "spawn by posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "run a shell": "{0: 1}[os.system('true')]",
    "fork": "os.fork()",
    "fork by clone": "kernel.syscall({'x86_64': 56, 'aarch64': 220}[kernel.machine], 17, 0, 0, 0, 0)",
    "fork by clone3": "kernel.syscall(435, None, 0)",
    "read a secret": "open(task['secret']).read()",
    "read a secret by openat2": "kernel.syscall(437, -100, task['secret'].encode(), b'\\0' * 24, 24)",
    "read the parent's environment": "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "read the passwords": "open('/etc/passwd').read()",
    "list a home": "os.listdir(task['home'])",
    "write a file": "open(task['mark'], 'w')",
    "write in /tmp": "open('/tmp/modelport-escape', 'w')",
    "append to a secret": "open(task['secret'], 'a')",
    "truncate a secret": "os.truncate(task['secret'], 0)",
    "remove a secret": "os.unlink(task['secret'])",
    "move a secret": "os.rename(task['secret'], task['mark'])",
    "link a secret": "os.link(task['secret'], task['mark'])",
    "make a folder": "os.mkdir(task['mark'])",
    "change a mode": "os.chmod(task['secret'], 0o777)",
    "write by a memory file": "os.memfd_create('x')",
    "kill the parent": "os.kill(os.getppid(), 0)",
    "trace the parent": "kernel.syscall({'x86_64': 101, 'aarch64': 117}[kernel.machine], 16, os.getppid(), 0, 0)",
    "leave its group": "os.setsid()",
    "become another": "os.setuid(65534)",
    "start an io_uring": "kernel.syscall(425, 8, b'\\0' * 120)",
    "load a BPF program": "kernel.syscall({'x86_64': 321, 'aarch64': 280}[kernel.machine], 0, b'\\0' * 64, 64)",
    "mount": "kernel.syscall({'x86_64': 165, 'aarch64': 40}[kernel.machine], b'x', b'/', b'tmpfs', 0, None)",
    "use a call of tomorrow": "kernel.syscall(500)",
    "raise its limits": "__import__('resource').setrlimit(__import__('resource').RLIMIT_AS, (2**40, 2**40))",
}


# What the kernel says to each: EPERM from the filter, EACCES from Landlock, ENOSYS for what is not there.
REFUSALS = {"PermissionError", "OSError", "ValueError", "KeyError", "FileNotFoundError", "BlockingIOError"}
WITHOUT_LANDLOCK = (
    "read a secret",
    "read the parent's environment",
    "write a file",
    "run a program",
    "open a TCP socket",
)
Answers = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    folder = tmp_path_factory.mktemp("home")
    secret = folder / "secret_key"
    secret.write_text("s3cret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {
            "home": str(folder),
            "secret": str(secret),
            "mark": str(folder / "mark"),
            "port": server.getsockname()[1],
        }


def attempt(place: dict[str, object], attempts: dict[str, str], *, without_landlock: bool = False) -> Answers:
    task = {**place, "attempts": attempts, "limits": asdict(Limits()), "without_landlock": without_landlock}
    with Path(str(place["secret"])).open("rb") as file:
        finished = run_child(
            f"exec({HOSTILE!r})", json.dumps(task).encode() + b"\n", files=(file,), limits=Limits(wall_seconds=60)
        )
    assert finished.status == 0, finished
    answers: Answers = orjson.loads(finished.output)
    return answers


@pytest.fixture(scope="module")
def answers(place: dict[str, object]) -> Answers:
    return attempt(place, ATTEMPTS)


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_payload_inside_the_child_reaches_nothing(name: str, answers: Answers, place: dict[str, object]) -> None:
    """Should code of a stranger ever run in the child, it can neither call out, start, read nor write anything."""
    assert answers[name].get("failed") in REFUSALS, answers[name]
    assert Path(str(place["secret"])).read_text() == "s3cret"
    assert not Path(str(place["mark"])).exists()


def test_without_landlock_no_file_is_opened_at_all(place: dict[str, object]) -> None:
    """On a kernel that cannot tell files apart, the child opens none once its libraries are loaded."""
    answers = attempt(place, {name: ATTEMPTS[name] for name in WITHOUT_LANDLOCK}, without_landlock=True)
    assert "closed_files" in answers.pop("isolation")
    assert {answer.get("failed") for answer in answers.values()} == {"PermissionError"}


def test_the_child_inherits_no_secret(place: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the environment nor the open files of a serving process reach the child."""
    monkeypatch.setenv("SECRET_KEY", "s3cret")
    with Path(str(place["secret"])).open() as leaked:
        os.set_inheritable(leaked.fileno(), True)  # noqa: FBT003 - the signature of os
        looks = {"files": f"os.fstat({leaked.fileno()})", "environment": "dict(os.environ)"}
        answers = attempt(place, looks)
    assert answers["files"]["errno"] == errno.EBADF
    assert "s3cret" not in str(answers)


def test_the_working_child_can_still_do_its_work(place: dict[str, object]) -> None:
    """The lock leaves what reading a model takes: threads, memory, its own libraries."""
    work = {"library": "__import__('numpy').zeros(3).sum()", "thread": "__import__('threading').Thread().start()"}
    answers = attempt(place, work)
    assert answers["thread"] == {"did": "None"}
    assert "did" in answers["library"]


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[object], Path]:
    def store(content: object) -> Path:
        path = tmp_path / "model.joblib"
        path.write_bytes(content) if isinstance(content, bytes) else joblib.dump(content, path)
        return path

    return store


def fitted() -> object:
    x = np.random.default_rng(0).normal(size=(60, 3))
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, x[:, 0] > 0)


def test_an_honest_model_is_accepted_under_every_protection(stored: Callable[[object], Path]) -> None:
    """What is in force is reported, so that an operator sees what the kernel could not give."""
    path = stored(fitted())
    found = inspect_artefact(path)
    assert found.contract.estimator == "LogisticRegression"
    assert found.contract.classes == (False, True)
    assert {"rlimits", "no_new_privileges", "seccomp"} <= set(found.isolation)
    assert found.file_bytes == path.stat().st_size
    assert len(found.sha256) == 64


def test_what_is_no_model_is_refused_with_the_reason(stored: Callable[[object], Path]) -> None:
    """The child's refusal reaches the owner with its words and details."""
    with pytest.raises(ArtefactRefused, match="does not hold a fitted scikit-learn estimator but a dict") as caught:
        inspect_artefact(stored({"a": 1}))
    assert caught.value.details == {"reason": "not an estimator", "type": "dict"}


def test_a_hostile_file_is_refused_by_its_names(stored: Callable[[object], Path], tmp_path: Path) -> None:
    """The refusal lists each global, and nothing of the file ran."""
    mark = tmp_path / "mark"
    with pytest.raises(ArtefactRefused) as caught:
        inspect_artefact(stored(attacks.plain(mark, 4)))
    assert caught.value.details["globals"] == ["posix.system"]
    assert not mark.exists()


def test_a_model_larger_than_the_memory_is_refused(stored: Callable[[object], Path]) -> None:
    """A few bytes that claim gigabytes cost their own child and nobody else."""
    bomb = NumpyArrayWrapper(np.ndarray, (1 << 29,), "C", np.dtype(float))
    with pytest.raises(ArtefactRefused, match="needs more than 1024 MB"):
        inspect_artefact(stored(pickle.dumps(bomb, protocol=2) + bytes(64)), limits=Limits(memory_mb=1024))


def test_a_model_that_takes_too_long_is_refused(stored: Callable[[object], Path]) -> None:
    """The wall clock ends a child that neither works nor dies."""
    with pytest.raises(ArtefactRefused, match=r"longer than 0\.05 s"):
        inspect_artefact(stored(fitted()), limits=Limits(wall_seconds=0.05))
    endless = stored(attacks.op("PROTO", b"\x04") + (attacks.op("NONE") + attacks.op("POP")) * 20_000_000)
    with pytest.raises(ArtefactRefused, match="longer than 1 s of processor time"):
        inspect_artefact(endless, limits=Limits(cpu_seconds=1))
