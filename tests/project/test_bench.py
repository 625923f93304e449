"""The benchmark's own arithmetic: what it reads out of wrk, whom it compares with, and what it writes."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import psutil
import pytest

from scripts.bench import answers, bad_input, dialects, load, page, ratios, results
from scripts.bench.answers import WrongAnswer
from scripts.bench.dialects import Endpoint
from scripts.bench.models import BenchModel
from scripts.bench.peer_servers import PEERS_MEASURED
from scripts.bench.processes import NotStarted, Tree
from scripts.bench.results import BATCH_CONNECTIONS, BATCH_ROWS, Cell, Results, Visit
from scripts.bench.run import Options, Run, come_to_rest
from scripts.bench.servers import SERVERS

PRINTED = """Running 60m test @ http://127.0.0.1:34721/b
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   163.58ms  229.74ms   1.30s    89.00%
  6012 requests in 3.01s, 1.20MB read
Requests/sec:   1997.34
bench 6012 3010000 7 2 7512 40250
"""
OPTIONS = {"rounds": 3, "warm_seconds": 0.5, "seconds": 3.0}
MACHINE = {"date": "2026-11-29", "cores": 2, "processor": "X", "memory_gb": 24.0, "system": "Linux", "python": "3.11.7"}
PEER_NAMES = ["fastapi-expert", "flask"]
MODEL = BenchModel(
    letter="d",
    title="mixed",
    columns=["city", "contract", "age"],
    classes=["leaves", "stays"],
    rows=[["Oran", "monthly", 30.0], ["Lyon", "yearly", 41.5]],
    answers=[[0.25, 0.75], [0.875, 0.125]],
)


def cell(server: str, rate: float, **given: Any) -> Cell:
    """Give a cell of model b at 16 connections, or what is said otherwise."""
    plain = Cell(
        server=server,
        round=0,
        model="b",
        connections=16,
        rows=1,
        rate=rate,
        p50_ms=1.0,
        p99_ms=10.0,
        cpu_us=100.0,
        after_seconds=0.5,
        requests=1000,
        failed=0,
        others_percent=3.0,
    )
    return replace(plain, **given)


def visit(server: str, rss_mb: float) -> Visit:
    """Give a visit."""
    return Visit(server=server, round=0, start_seconds=1.5, rss_mb=rss_mb, pss_mb=90.0, uss_mb=80.0, processes=3)


def measured() -> Results:
    """Give a small run: ours, two peers, one floor."""
    found = Results(dict(OPTIONS), dict(MACHINE))
    found.cells = [
        cell("modelport-granian", 10_000.0, p99_ms=2.0),
        cell("modelport-granian", 12_000.0, p99_ms=4.0, round=1),
        cell("modelport-granian", 30_000.0, p99_ms=3.0, round=2),
        cell("fastapi-expert", 400.0, p99_ms=60.0),
        cell("flask", 200.0, p99_ms=1.0),
        cell("modelport-granian", 300.0, rows=BATCH_ROWS, connections=BATCH_CONNECTIONS),
        cell("flask", 70.0, rows=BATCH_ROWS, connections=BATCH_CONNECTIONS),
        cell("modelport-granian", 1.0, model="a", cpu_us=50.0),
        cell("hello-granian", 1.0, model="a", cpu_us=20.0),
    ]
    found.visits = [visit("modelport-granian", 300.0), visit("fastapi-expert", 310.0), visit("flask", 280.0)]
    seen = bad_input.Seen(500, shows_trace=True, seconds=2.0, still_serves=False)
    found.bad_input = {"flask": {case: vars_of(seen) for case in bad_input.CASES}}
    found.failures = {"ray": "NotStarted: no such file"}
    return found


def vars_of(seen: bad_input.Seen) -> dict[str, Any]:
    """Give what the results file holds of a bad input."""
    return {"status": seen.status, "shows_trace": seen.shows_trace, "seconds": seen.seconds, "still_serves": False}


def row_of(found: Results, start: str) -> ratios.Row:
    """Give the target that starts so."""
    return next(row for row in ratios.rows(found, PEER_NAMES) if row.what.startswith(start))


def test_figures_are_read_from_wrk_in_seconds_and_milliseconds() -> None:
    """A unit mistaken here would be a factor of a thousand in the page."""
    seen = load.parse(PRINTED)
    assert (seen.requests, seen.refused, seen.broken) == (6012, 7, 2)
    assert seen.rate == pytest.approx(6012 / 3.01)
    assert (seen.p50_ms, seen.p99_ms) == (7.512, 40.25)


def test_a_load_without_figures_is_no_figure() -> None:
    """A wrk that could not connect must not pass as a slow server."""
    with pytest.raises(load.LoadFailed, match="unable to connect"):
        load.parse("unable to connect to 127.0.0.1:1 Connection refused")


def test_the_best_peer_is_the_fastest_in_that_cell_and_never_ours() -> None:
    """Comparing with a slower peer would flatter us."""
    assert ratios.best_peer(measured(), PEER_NAMES, "b", 16) == ("fastapi-expert", 400.0)
    assert ratios.best_peer(measured(), PEER_NAMES, "b", BATCH_CONNECTIONS, BATCH_ROWS) == ("flask", 70.0)
    assert ratios.best_peer(measured(), PEER_NAMES, "c", 16) is None


def test_ratios_are_medians_over_medians() -> None:
    """One lucky round must not make the figure."""
    reached = row_of(measured(), "one row, forest of 100 trees, 16 connections: requests").ours["modelport-granian"]
    assert reached.ratio == pytest.approx(12_000 / 400)
    assert reached.is_reached


def test_p99_is_compared_with_the_best_peers_own() -> None:
    """A slow peer with a short tail is not the rival, nor does it excuse ours."""
    row = row_of(measured(), "one row, forest of 100 trees, 16 connections: P99")
    assert row.rival == "fastapi-expert"
    assert row.ours["modelport-granian"].ratio == pytest.approx(3.0 / 60.0)


def test_a_target_that_is_missed_says_so() -> None:
    """280 MB against our 300, and 2.5 times the hello: the page must not claim either."""
    assert row_of(measured(), "resident memory").ours["modelport-granian"].is_reached is False
    hello = row_of(measured(), "processor time of the whole call, logistic regression, against a bare").ours
    assert hello["modelport-granian"].ratio == pytest.approx(2.5)
    assert hello["modelport-granian"].is_reached
    assert hello["modelport-gunicorn"].is_reached is None


def test_rounds_with_failed_calls_do_not_count() -> None:
    """Refusals are answered fast: they must not be counted as predictions."""
    found = measured()
    found.cells.append(cell("flask", 9_999.0, round=1, failed=3))
    assert found.median("rate", "flask", "b", 16) == 200.0


def test_results_survive_being_broken_off(tmp_path: Path) -> None:
    """A run that is started again goes on; with other options, or when it was complete, it starts anew."""
    file = tmp_path / "results.json"
    found = measured()
    found.save(file)
    assert results.read(file) == found
    assert results.resume(file, dict(OPTIONS)).has("flask", 0, ("b", 16, 1))
    assert not results.resume(file, {**OPTIONS, "rounds": 1}).cells
    found.is_complete = True
    found.save(file)
    assert not results.resume(file, dict(OPTIONS)).cells


def test_every_server_comes_first_at_some_time(tmp_path: Path) -> None:
    """The order turns with the rounds, and each round has every server once."""
    options = Options(
        servers=["modelport", "flask", "ray", "mlflow"],
        models=["b"],
        batch_models=["b"],
        connections=[16],
        rounds=2,
        seconds=1.0,
        warm_seconds=0.1,
        has_bad_input=False,
    )
    visits = Run(options, {}, tmp_path, tmp_path / "results.json").visits()
    assert [name for _, name in visits[:4]] == ["modelport", "flask", "ray", "mlflow"]
    assert [name for _, name in visits[4:]] == ["ray", "mlflow", "modelport", "flask"]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Give a page that was written between text that stands by hand."""
    (tmp_path / "images").mkdir()
    file = tmp_path / "benchmarks.md"
    file.write_text(
        f"# Benchmarks\n\nBefore.\n\n{page.BEGIN}\nwhat was measured before\n{page.END}\n\nAfter.\n", encoding="utf-8"
    )
    titles = {name: server.title for name, server in SERVERS.items()}
    models = {"a": "logistic", "b": "forest", "c": "boosted"}
    page.write(page.Page(measured(), titles, models, [peer.name for peer in PEERS_MEASURED]), file)
    return file


def test_the_page_keeps_what_is_written_by_hand(written: Path) -> None:
    """A new run replaces its own part only."""
    text = written.read_text(encoding="utf-8")
    assert text.startswith(f"# Benchmarks\n\nBefore.\n\n{page.BEGIN}\n")
    assert text.endswith(f"{page.END}\n\nAfter.\n")
    assert "what was measured before" not in text


def test_the_page_says_what_was_measured_and_what_was_not(written: Path) -> None:
    """Figures of the results file stand in it, and so do misses, failures and other programs' share."""
    text = written.read_text(encoding="utf-8")
    assert "| Modelport, SERVER=granian | 12,000 (1.0 / 3.0) |" in text
    assert "| Modelport, SERVER=granian | 300,000 |" in text
    assert "FastAPI, as an expert writes it: 400/s | **30.0** ✓ | – |" in text
    assert "Flask, as most write it: 280 MB | 1.07 ✗ | – |" in text
    assert "Ray Serve, two replicas was not measured: `NotStarted: no such file`" in text
    assert "used 3 % of its processor time" in text
    assert "| empty body | 500 **TSD** |" in text
    assert "### c" not in text


def test_a_page_of_a_busy_machine_says_that_it_is_none_to_go_by() -> None:
    """Figures that other work has spoilt must not be quoted."""
    quiet, busy = measured(), measured()
    busy.cells = [replace(entry, others_percent=60.0) for entry in busy.cells]
    spoken = [page.Page(found, {}, {}, []).text() for found in (quiet, busy)]
    assert ["no measurement to go by" in text for text in spoken] == [False, True]


def test_charts_are_well_formed_and_show_the_values(written: Path) -> None:
    """A chart that a browser refuses shows nothing; one without values cannot be read."""
    drawn = ET.parse(written.parent / "images" / "bench-rate.svg").getroot()  # noqa: S314 - written just now
    words = [element.text for element in drawn.iter() if element.tag.endswith("text")]
    assert "12,000" in words
    assert "Modelport, SERVER=granian" in words
    bars = {element.get("class"): float(element.get("width", "0")) for element in drawn.iter() if element.get("class")}
    assert bars["ours"] > bars["peer"] > 0


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    """It would otherwise lose what stands in it."""
    file = tmp_path / "benchmarks.md"
    file.write_text("# Benchmarks\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the marks"):
        page.write(page.Page(measured(), {}, {}, []), file)


def test_bad_inputs_are_bad_in_the_way_they_say() -> None:
    """What is sent under each name is what the table says."""
    endpoint = Endpoint("d", "http://127.0.0.1:1/d", dialects.HandWritten())
    record = MODEL.records(1)[0]
    sent = {name: write(endpoint, record) for name, write in bad_input.CASES.items()}
    assert sent["empty body"] == b""
    assert json.loads(sent["no rows"]) == {"rows": []}
    assert json.loads(sent["missing column"]) == {"rows": [{"city": "Oran", "contract": "monthly"}]}
    assert [len(row) for row in json.loads(sent["ragged rows"])["rows"]] == [3, 2]
    assert b'"age":NaN}' in sent["NaN"]
    assert b'"age":1e400}' in sent["1e400"]
    assert json.loads(sent['"5.1" in quotes'])["rows"][0]["age"] == "5.1"
    assert sent["50,000 nested brackets"].count(b"[") == 50_001
    assert len(sent["a string of 10 MB"]) > 10_000_000


@pytest.mark.parametrize(
    ("body", "shows"),
    [
        (b'{"error": "Traceback (most recent call last):\\n"}', True),
        (b'{"e": "File \\"/srv/app.py\\", line 3, in predict"}', True),
        (b"<h1>Internal Server Error</h1>", False),
        (b'{"detail": "File is missing"}', False),
    ],
)
def test_stack_traces_are_seen_also_inside_json(body: bytes, *, shows: bool) -> None:
    """A trace in a JSON string is a trace."""
    assert bad_input.shows_trace(body) is shows


@pytest.mark.parametrize(
    ("dialect", "answer"),
    [
        (dialects.HandWritten(), {"predictions": ["stays"], "probabilities": [[0.25, 0.75]]}),
        (dialects.BareNumbers(), [[0.25, 0.75]]),
        (dialects.MLflow(), {"predictions": [[0.25, 0.75]]}),
        (dialects.OpenInference(), {"outputs": [{"shape": [1, 2], "data": [0.25, 0.75]}]}),
        (
            dialects.Modelport({"d": MODEL.columns}),
            {"prediction": "stays", "probabilities": {"stays": 0.75, "leaves": 0.25}},
        ),
    ],
)
def test_each_dialect_gives_probabilities_in_the_models_order(dialect: dialects.Dialect, answer: Any) -> None:
    """Answers of all servers are compared with the same numbers."""
    assert dialect.numbers(MODEL, answer) == [[0.25, 0.75]]
    assert dialect.labels(answer) in (None, ["stays"])


class Answering(BaseHTTPRequestHandler):
    """Answers model d's rows with what the class holds."""

    probabilities: ClassVar[list[list[float]]] = []

    def do_POST(self) -> None:
        """Answer as many rows as were asked."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["rows"]
        firsts = [row["city"] for row in asked]
        by_city = dict(zip(["Oran", "Lyon"], self.probabilities, strict=True))
        given = [by_city[city] for city in firsts]
        labels = [MODEL.classes[row.index(max(row))] for row in given]
        body = json.dumps({"predictions": labels, "probabilities": given}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Give where a small server answers."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Endpoint("d", f"http://127.0.0.1:{server.server_port}/d", dialects.HandWritten())
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_that_answers_otherwise_than_scikit_learn_is_not_timed(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A faster answer that differs is no answer: one probability off by a thousandth is found, in any row."""
    monkeypatch.setattr(answers, "SINGLE_ROWS", len(MODEL.rows))
    monkeypatch.setattr(Answering, "probabilities", [[0.25, 0.75], [0.875, 0.125]])
    answers.check(endpoint, MODEL)
    monkeypatch.setattr(Answering, "probabilities", [[0.25, 0.75], [0.874, 0.126]])
    with pytest.raises(WrongAnswer, match="row 1"):
        answers.check(endpoint, MODEL)


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    """What a peer printed before it died stands in the message."""
    tree = Tree(tmp_path / "output.txt")
    tree.start([sys.executable, "-c", "raise SystemExit('no port')"], cwd=tmp_path, environment={})
    with pytest.raises(NotStarted, match=r"status 1; it said: no port"):
        tree.wait_for(lambda: False, 30.0)
    tree.stop()


def test_a_whole_tree_is_ended(tmp_path: Path) -> None:
    """Children of a server do not live on when they do not listen, or the next server is measured beside them."""
    child = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}]).wait()"
    tree = Tree(tmp_path / "output.txt")
    tree.start([sys.executable, "-c", code], cwd=tmp_path, environment={})
    tree.wait_for(lambda: "deaf" in tree.said(), 30.0)
    members = tree.members()
    assert len(members) == 2
    assert tree.has_loaded("libc")
    assert not tree.has_loaded("/granian/")
    tree.stop_seconds = 0.2
    tree.stop()
    # An orphan that ended stays a zombie where process 1 reaps none.
    assert not [process for process in members if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def test_a_server_that_still_works_is_waited_for(tmp_path: Path) -> None:
    """What it does after the load is counted with it, and its rest is not."""
    tree = Tree(tmp_path / "output.txt")
    work = "import time; end = time.process_time() + 1\nwhile time.process_time() < end: pass\ntime.sleep(60)"
    tree.start([sys.executable, "-c", work], cwd=tmp_path, environment={})
    try:
        spent = come_to_rest(tree)
        assert spent.server > 0.5
        assert spent.wall >= spent.server
        assert come_to_rest(tree).server == 0
    finally:
        tree.stop()
