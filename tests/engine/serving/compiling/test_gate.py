"""The gate: what differs from scikit-learn anywhere is not used, and what is too close to tell is handed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from backend.engine.serving.compiled import links
from backend.engine.serving.compiled.form import Form
from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.compiled.spec import Forest
from backend.engine.serving.compiling import compiler, trees
from backend.engine.serving.compiling.candidates import Candidate, candidates
from backend.engine.serving.compiling.compiler import compile_estimator, rows_faster
from backend.engine.serving.compiling.timing import Timing
from backend.engine.serving.compiling.verdict import Reference, compare, refusal_of
from backend.engine.serving.contract import Contract
from backend.engine.serving.derive import derive_contract
from backend.engine.serving.outcome import Outcome
from backend.engine.serving.paired import PairedRuntime
from backend.engine.serving.payload import Batch
from backend.engine.serving.runtime import SklearnRuntime
from tests.engine.serving.compiling.conftest import Compiled
from tests.engine.serving.compiling.models import Y2, X

Give = Callable[[str], Compiled]


def verdict_on(estimator: Any, contract: Contract, change: Callable[[Candidate], Candidate]) -> str | None:
    """Say what the gate makes of the first candidate after a change."""
    candidate = change(next(iter(candidates(estimator, contract))))
    found = compare(candidate, CompiledRuntime(candidate.form, contract), Reference(estimator, contract, None))
    return refusal_of(candidate, found)


def test_sixty_four_bits_without_rounding_are_caught() -> None:
    """Trees compare numbers rounded to 32 bits: a runtime that does not round them differs at their thresholds."""
    forest = RandomForestClassifier(20, random_state=0).fit(X, Y2)
    contract = derive_contract(forest).contract

    def unrounded(candidate: Candidate) -> Candidate:
        final = candidate.form.spec.final
        assert isinstance(final, Forest)
        changed = final.model_copy(update={"trees": final.trees.model_copy(update={"is_narrow": False})})
        spec = candidate.form.spec.model_copy(update={"final": changed})
        return replace(candidate, form=Form(spec, candidate.form.arrays))

    assert verdict_on(forest, contract, lambda candidate: candidate) is None
    refused = verdict_on(forest, contract, unrounded)
    assert refused is not None
    assert "differ" in refused


def test_a_threshold_one_unit_off_is_caught() -> None:
    """The smallest mistake in one of some hundred splits shows, since rows lie on every one of them."""
    forest = RandomForestRegressor(3, max_depth=4, random_state=0).fit(X, X[:, 0])
    contract = derive_contract(forest).contract

    def nudged(candidate: Candidate) -> Candidate:
        grown = [trees.tree_of(member.tree_) for member in forest.estimators_]
        threshold = grown[0].threshold.astype(np.float32)
        # A whole step of 32 bits: less than that no rounded number can tell.
        grown[0] = replace(grown[0], threshold=np.nextafter(threshold, np.float32(np.inf)).astype(np.float64))
        arrays = trees.arrays_of(grown, np.zeros(1), [0] * len(grown))
        return replace(candidate, form=Form(candidate.form.spec, arrays))

    assert verdict_on(forest, contract, lambda candidate: candidate) is None
    assert verdict_on(forest, contract, nudged) is not None


def test_a_candidate_that_breaks_is_not_used(compiled: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in one way leaves the others, and in the end scikit-learn."""
    model = compiled("ridge")

    def broken(*_anything: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(compiler, "CompiledRuntime", broken)
    form, report = compile_estimator(model.estimator, model.contract)
    assert form is None
    assert {one["verdict"] for one in report["candidates"]} == {"it does not run: RuntimeError"}


def test_a_tied_vote_goes_to_the_first_class() -> None:
    """An even number of trees is often evenly split; scikit-learn then says the first class, and so does the other."""
    forest = RandomForestClassifier(2, max_depth=1, random_state=3).fit(X, Y2)
    contract = derive_contract(forest).contract
    form, report = compile_estimator(forest, contract)
    assert form is not None, report
    batch = Batch(len(X), False, matrix=X)  # noqa: FBT003 - many rows

    found = CompiledRuntime(form, contract).predict(batch)
    assert found is not None
    assert found.predictions == forest.predict(X).tolist()


@pytest.mark.parametrize("name", ["logistic", "logistic of two", "boosting of two"])
def test_rows_too_close_to_tell_are_scikit_learns(compiled: Give, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where rounding could turn a label round, scikit-learn itself says which it is."""
    model = compiled(name)
    assert model.form is not None
    plain = SklearnRuntime(model.estimator, model.contract)
    asked: list[int] = []

    def answering(batch: Batch) -> Outcome:
        asked.append(batch.rows)
        return SklearnRuntime.predict(plain, batch)

    monkeypatch.setattr(links, "MARGIN", 1e9)
    pair = PairedRuntime(CompiledRuntime(model.form, model.contract), None, lambda: plain)
    monkeypatch.setattr(plain, "predict", answering)
    batch = Batch(1, True, matrix=X[:1])  # noqa: FBT003 - one record
    assert pair.fields(batch) == SklearnRuntime.predict(plain, batch).fields()
    assert asked == [1]


def test_many_rows_go_to_whoever_is_faster(compiled: Give) -> None:
    """Above the number of rows up to which the compiled form won, scikit-learn answers, and is loaded only then."""
    model = compiled("ridge")
    assert model.form is not None
    loads: list[str] = []

    def load() -> SklearnRuntime:
        loads.append("loaded")
        return SklearnRuntime(model.estimator, model.contract)

    pair = PairedRuntime(CompiledRuntime(model.form, model.contract), 10, load)
    pair.fields(Batch(10, False, matrix=np.ones((10, 6))))  # noqa: FBT003 - many rows
    assert loads == []
    pair.fields(Batch(11, False, matrix=np.ones((11, 6))))  # noqa: FBT003 - many rows
    pair.fields(Batch(11, False, matrix=np.ones((11, 6))))  # noqa: FBT003 - many rows
    assert loads == ["loaded"]


def test_the_winner_is_chosen_by_the_number_of_rows() -> None:
    """Faster for one row and far slower for a thousand: used up to the last size at which it was worth it."""
    faster, slower = Timing(1, 900.0, 100.0, 10.0), Timing(1_000, 900.0, 100.0, 250.0)

    assert rows_faster((faster, slower)) == 1
    assert rows_faster((faster, replace(slower, compiled_us=150.0))) is None, "not worth loading scikit-learn for"
    assert rows_faster((faster, replace(faster, rows=1_000))) is None
    assert rows_faster((Timing(1, 900.0, 100.0, 101.0),)) == 0
