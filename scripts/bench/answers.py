"""Compares what a server answers with scikit-learn's own answers; a server that differs is not timed."""

from __future__ import annotations

import json
import math

from scripts.bench.asking import post
from scripts.bench.dialects import Endpoint
from scripts.bench.models import BenchModel

SINGLE_ROWS = 8
TOLERANCE = 1e-6
"""Absolute for probabilities, relative for a regressor's numbers; compiled models compute in float32 in places."""


class WrongAnswer(RuntimeError):
    """A server's answer is not scikit-learn's."""


def answers(endpoint: Endpoint, model: BenchModel) -> bool:
    """Tell whether the server answers a first row with 200 yet."""
    return post(endpoint.url, endpoint.body(model.records(1)), endpoint.headers, timeout=10).status == 200


def check(endpoint: Endpoint, model: BenchModel) -> None:
    """Ask for rows one by one and for all of them at once.

    Raises:
        WrongAnswer: naming the first row that differs.
    """
    for row in range(SINGLE_ROWS):
        _check(endpoint, model, row, 1)
    _check(endpoint, model, 0, len(model.rows))


def _check(endpoint: Endpoint, model: BenchModel, first: int, count: int) -> None:
    reply = post(endpoint.url, endpoint.body(model.records(count, first)), endpoint.headers)
    if reply.status != 200:
        message = f"model {model.letter}, {count} rows: status {reply.status}: {reply.body[:300]!r}"
        raise WrongAnswer(message)
    answer = json.loads(reply.body)
    expected = model.answers[first : first + count]
    given = endpoint.dialect.numbers(model, answer)
    if len(given) != count:
        message = f"model {model.letter}: {len(given)} answers to {count} rows"
        raise WrongAnswer(message)
    for row, (ours, theirs) in enumerate(zip(expected, given, strict=True), first):
        if not _equal(ours, theirs, relative=not model.is_classifier):
            message = f"model {model.letter}, row {row}: {theirs}, where scikit-learn says {ours}"
            raise WrongAnswer(message)
    labels = endpoint.dialect.labels(answer)
    if model.is_classifier and labels is not None:
        wanted = [model.classes[row.index(max(row))] for row in expected]
        if [str(label) for label in labels] != [str(label) for label in wanted]:
            message = f"model {model.letter}: labels differ from scikit-learn's"
            raise WrongAnswer(message)


def _equal(ours: list[float], theirs: list[float], *, relative: bool) -> bool:
    if len(ours) != len(theirs):
        return False
    bounds = {"rel_tol": TOLERANCE} if relative else {"rel_tol": 0.0, "abs_tol": TOLERANCE}
    return all(math.isclose(a, b, **bounds) for a, b in zip(ours, theirs, strict=True))
