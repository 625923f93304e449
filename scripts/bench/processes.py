"""A server's whole process tree: started, waited for, measured and ended.

Called by servers.py and measure.py. Everything is counted over the tree, since servers differ in how they split up.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

WORKERS = 2
START_SECONDS = 240.0
POLL_SECONDS = 0.02
MEGABYTE = 1e6


class NotStarted(RuntimeError):
    """A server ended or did not answer in time; the message holds the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a tree, in megabytes (10**6 bytes): shared pages once for each process, divided, or left out."""

    rss_mb: float
    pss_mb: float
    uss_mb: float
    processes: int


@dataclass(slots=True)
class Tree:
    """The processes of one server."""

    log: Path
    roots: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stop_seconds: float = 20.0
    """How long a server may take to end when it is asked to."""

    def start(self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> None:
        """Start one more command; its output goes to the log."""
        words = [f"{name}={value}" for name, value in environment.items()]
        with self.log.open("ab") as sink:
            self.roots.append(
                subprocess.Popen(
                    ["/usr/bin/env", *words, *command],
                    cwd=cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )

    def wait_for(self, fact: Callable[[], bool], seconds: float) -> None:
        """Wait until a fact holds.

        Raises:
            NotStarted: a process ended, or the time was up.
        """
        deadline = time.monotonic() + seconds
        while not fact():
            ended = [root.returncode for root in self.roots if root.poll() is not None]
            if ended or time.monotonic() > deadline:
                what = f"ended with status {ended[0]}" if ended else f"did not answer within {seconds:.0f} s"
                message = f"{what}; it said: {self.said()}"
                raise NotStarted(message)
            time.sleep(POLL_SECONDS)

    def said(self, characters: int = 1_500) -> str:
        """Give the end of the log."""
        return self.log.read_text(errors="replace")[-characters:] if self.log.exists() else ""

    def members(self) -> list[psutil.Process]:
        """Give every living process of the tree."""
        found: list[psutil.Process] = []
        for root in self.roots:
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(root.pid)
                found += [process, *process.children(recursive=True)]
        return found

    def has_loaded(self, part: str) -> bool:
        """Tell whether a process of the tree has mapped a file whose path holds this, such as a package's library."""
        for process in self.members():
            with contextlib.suppress(psutil.Error):
                if any(part in mapped.path for mapped in process.memory_maps()):
                    return True
        return False

    def cpu_seconds(self) -> float:
        """Give the processor time that the living processes have used, user and system."""
        total = 0.0
        for process in self.members():
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def memory(self) -> Memory:
        """Give what the tree holds."""
        infos = []
        for process in self.members():
            with contextlib.suppress(psutil.NoSuchProcess):
                infos.append(process.memory_full_info())
        return Memory(
            rss_mb=sum(info.rss for info in infos) / MEGABYTE,
            pss_mb=sum(info.pss for info in infos) / MEGABYTE,
            uss_mb=sum(info.uss for info in infos) / MEGABYTE,
            processes=len(infos),
        )

    def stop(self) -> None:
        """End all: asked first, killed when they do not listen."""
        members = self.members()
        for root in self.roots:
            root.terminate()
        deadline = time.monotonic() + self.stop_seconds
        for root in self.roots:
            try:
                root.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                root.kill()
                root.wait()
        roots = {root.pid for root in self.roots}
        others = [process for process in members if process.pid not in roots]
        _, alive = psutil.wait_procs(others, timeout=max(0.0, deadline - time.monotonic()))
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(alive, timeout=self.stop_seconds)


def free_ports(count: int) -> list[int]:
    """Give ports of the loopback that nobody listens on at the moment."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
