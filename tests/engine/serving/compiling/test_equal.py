"""Compiled models answer as scikit-learn does, on rows that no proof has seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from backend.core.errors import ArtefactRefused, InvalidInput
from backend.engine.serving.compiled.form import read_form
from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.compiling import edges
from backend.engine.serving.compiling.verdict import TOLERANCE, head
from backend.engine.serving.outcome import Outcome
from backend.engine.serving.payload import Batch
from backend.engine.serving.runtime import SklearnRuntime
from tests.engine.serving.compiling.conftest import Compiled
from tests.engine.serving.compiling.models import COMPILED, NOT_COMPILED

Give = Callable[[str], Compiled]


def runtime_of(model: Compiled) -> CompiledRuntime:
    """Give the runtime of a model that has a compiled form."""
    assert model.form is not None, model.report
    return CompiledRuntime(model.form, model.contract)


def other_rows(model: Compiled, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Give made rows of another seed than the proof's."""
    monkeypatch.setattr(edges, "_SEED", 1234)
    return head(edges.batch_of(model.contract, None, ()), 500)


def assert_alike(found: Outcome | None, expected: Outcome) -> None:
    """Compare two outcomes: labels equal, numbers within the tolerance."""
    assert found is not None
    assert found.single == expected.single
    if expected.class_labels or isinstance(expected.predictions[0], str | bool):
        assert found.predictions == expected.predictions
    else:
        np.testing.assert_allclose(found.predictions, expected.predictions, rtol=TOLERANCE, atol=TOLERANCE)
    assert (found.probabilities is None) == (expected.probabilities is None)
    if expected.probabilities is not None and found.probabilities is not None:
        assert found.class_labels == expected.class_labels
        np.testing.assert_allclose(found.probabilities, expected.probabilities, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("name", COMPILED)
def test_the_compiled_model_answers_as_scikit_learn_does(
    compiled: Give, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A faster answer that differs is a defect: many rows, one row, and what was written to a file and read again."""
    model = compiled(name)
    runtime, plain = runtime_of(model), SklearnRuntime(model.estimator, model.contract, is_quick=False)
    many = other_rows(model, monkeypatch)

    assert_alike(runtime.predict(many), plain.predict(many))
    for row in range(0, 500, 61):
        one = Batch(
            1,
            True,  # noqa: FBT003 - one record
            None if many.matrix is None else many.matrix[row : row + 1],
            None if many.columns is None else tuple(values[row : row + 1] for values in many.columns),
        )
        found = runtime.predict(one)
        assert_alike(found, plain.predict(one))
        assert found is not None
        assert runtime.fields(one) == found.fields()
    assert model.report["proof"]["labels_different"] == 0
    assert model.report["proof"]["rows"] >= edges.ROWS


@pytest.mark.parametrize("name", NOT_COMPILED)
def test_a_model_without_a_compiled_way_says_why(compiled: Give, name: str) -> None:
    """It is served by scikit-learn, and its owner reads the reason."""
    model = compiled(name)

    assert model.form is None
    assert model.report["reason"]


def test_a_form_survives_its_file_and_no_other_bytes_do(compiled: Give, tmp_path: Path) -> None:
    """What runs is what was proven: a file of another digest is not opened."""
    model = compiled("columns")
    assert model.form is not None
    path = tmp_path / "form"
    path.write_bytes(content := model.form.to_bytes())
    digest = sha256(content).hexdigest()

    read = read_form(path, digest)
    assert read.spec == model.form.spec
    assert all(np.array_equal(read.arrays[name], array) for name, array in model.form.arrays.items())
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ArtefactRefused):
        read_form(path, digest)
    path.write_bytes(b"nonsense")
    with pytest.raises(ArtefactRefused):
        read_form(path, sha256(b"nonsense").hexdigest())


@pytest.mark.parametrize("name", ["forest of three", "columns", "ridge"])
def test_a_worker_needs_no_scikit_learn(compiled: Give, name: str, tmp_path: Path) -> None:
    """A worker that serves compiled models holds neither scikit-learn nor pandas nor scipy in memory."""
    model = compiled(name)
    assert model.form is not None
    path, contract = tmp_path / "form", tmp_path / "contract"
    path.write_bytes(content := model.form.to_bytes())
    contract.write_text(repr(model.contract.to_json()))
    program = (
        "import ast, sys; from backend.engine.serving.compiled.form import read_form;"
        "from backend.engine.serving.compiled.runtime import CompiledRuntime;"
        "from backend.engine.serving.contract import Contract;"
        f"contract = Contract.from_json(ast.literal_eval(open({str(contract)!r}).read()));"
        f"CompiledRuntime(read_form({str(path)!r}, {sha256(content).hexdigest()!r}), contract).warmup();"
        "print([name for name in ('sklearn', 'pandas', 'scipy', 'joblib', 'onnxruntime') if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_category_is_the_callers_mistake(compiled: Give) -> None:
    """Where the encoder refuses what it does not know, so does the compiled one, with the same kind of answer."""
    model = compiled("columns")
    batch = Batch(1, True, columns=(["paris"], ["m"], [40.0], [30_000.0]))  # noqa: FBT003 - one record

    with pytest.raises(InvalidInput, match="unknown categories"):
        runtime_of(model).predict(batch)
