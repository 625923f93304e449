"""Load from wrk: keep-alive connections that each ask again as soon as they are answered.

The rows of the requests change from call to call. Percentiles are wrk's own, which it corrects for coordinated
omission: an answer that took several times the average counts as the calls that would have waited behind it.
"""

from __future__ import annotations

import math
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.dialects import Endpoint

SCRIPT = """
local asked, turn = {{}}, 0
wrk.headers["Content-Type"] = "application/json"
{headers}
init = function(args)
  for line in io.lines("{bodies}") do
    asked[#asked + 1] = wrk.format("POST", nil, nil, line)
  end
end
request = function()
  turn = turn % #asked + 1
  return asked[turn]
end
done = function(summary, latency, requests)
  local broken = summary.errors.read + summary.errors.write + summary.errors.connect + summary.errors.timeout
  io.write(string.format("bench %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.errors.status,
    broken, latency:percentile(50), latency:percentile(99)))
end
"""
SUMMARY = re.compile(r"^bench (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", re.MULTILINE)


class LoadFailed(RuntimeError):
    """wrk gave no figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk saw."""

    requests: int
    seconds: float
    refused: int
    """Answers with another status than 2xx or 3xx."""
    broken: int
    """Connections that failed and answers that did not come in time."""
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def write_script(folder: Path, endpoint: Endpoint, bodies: Sequence[bytes]) -> Path:
    """Write wrk's script and the bodies that it sends in turn; gives the script."""
    lines = folder / "bodies.jsonl"
    lines.write_bytes(b"\n".join(bodies) + b"\n")
    headers = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in endpoint.headers.items())
    script = folder / "load.lua"
    script.write_text(SCRIPT.format(headers=headers, bodies=lines), encoding="utf-8")
    return script


def run(script: Path, url: str, *, connections: int, seconds: float) -> Load:
    """Load one address for a time.

    Raises:
        LoadFailed: with what wrk printed.
    """
    # wrk takes whole seconds only; coreutils' timeout sends it the signal on which it stops and reports, and the longer
    # time of its own ends it where this program is killed.
    lasting = f"-d{math.ceil(seconds) + 5}s"
    command = ["wrk", "-t1", f"-c{connections}", lasting, "--timeout", "30s", "-s", str(script), url]
    stopped = ["timeout", "--signal=INT", f"{seconds}", *command]
    done = subprocess.run(stopped, capture_output=True, text=True, check=False)
    return parse(done.stdout + done.stderr)


def parse(printed: str) -> Load:
    """Read the line that the script prints at the end; no requests are a figure too.

    Raises:
        LoadFailed: there is none.
    """
    found = SUMMARY.search(printed)
    if found is None:
        raise LoadFailed(printed[-1_000:] or "wrk printed nothing")
    requests, duration_us, refused, broken, p50_us, p99_us = (int(group) for group in found.groups())
    return Load(
        requests=requests,
        seconds=duration_us / 1e6,
        refused=refused,
        broken=broken,
        p50_ms=p50_us / 1e3,
        p99_ms=p99_us / 1e3,
    )
