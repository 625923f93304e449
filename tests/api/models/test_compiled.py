"""A model is compiled when it is accepted, answers compiled, and stops doing so at once when its owner says so."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from backend.core.jsontools import dumps
from backend.engine.metering.calls import Calls
from backend.engine.serving.compile_sandbox import Compilation
from backend.engine.serving.compiled.spec import COMPILER
from backend.engine.serving.paired import PairedRuntime
from backend.engine.serving.runtime import SklearnRuntime
from backend.models import MLModel, db
from backend.services import compile_service, recheck_service
from backend.services.recheck_service import Recheck
from tests.api.conftest import ROW, Person
from tests.api.models.test_upload import stored_files
from tests.metering import record


def served_by(app: Flask, exported: dict[str, Any]) -> type:
    """Tell what answers an API's calls in this process."""
    predictor = app.extensions["modelport.process"].runtime.predictor
    return type(predictor.model(predictor.api(exported["id"])).runtime)


def predict(alice: Person, exported: dict[str, Any]) -> dict[str, Any]:
    """Call an API with its key; give the prediction and the probabilities."""
    headers = {"X-API-Key": exported["api_key"]}
    answer = alice.client.post(f"/api/predict/{exported['id']}", json=ROW, headers=headers)
    assert answer.status_code == 200, answer.get_json()
    return {name: answer.get_json()[name] for name in ("prediction", "probabilities")}


def test_a_model_says_how_it_was_proven(model: dict[str, Any]) -> None:
    """Its owner sees what answers, what was compared, and how fast both are."""
    compiled = model["compiled"]

    assert (model["runtime"], compiled["is_used"], compiled["engine"], compiled["reason"]) == (
        "auto",
        True,
        "numpy",
        None,
    )
    assert compiled["proof"]["rows"] >= 10_000
    assert compiled["proof"]["labels_different"] == 0
    assert [timing["rows"] for timing in compiled["timings"]] == [1, 10, 100, 1_000, 10_000]
    assert compiled["candidates"][0]["verdict"] == "proven"


def test_an_owner_leaves_everything_to_scikit_learn(
    app: Flask, alice: Person, bob: Person, exported: dict[str, Any]
) -> None:
    """The very next call is answered by scikit-learn, with the same answer, and the change stands in the audit."""
    path = f"/api/models/{exported['model_id']}"
    compiled = predict(alice, exported)
    assert served_by(app, exported) is PairedRuntime
    assert bob.patch(path, json={"runtime": "scikit-learn"}).status_code == 404

    changed = alice.patch(path, json={"runtime": "scikit-learn"}).get_json()
    assert (changed["runtime"], changed["compiled"]["is_used"]) == ("scikit-learn", False)
    plain = predict(alice, exported)
    assert served_by(app, exported) is SklearnRuntime
    assert plain["prediction"] == compiled["prediction"]
    assert plain["probabilities"] == pytest.approx(compiled["probabilities"], rel=1e-9)

    alice.patch(path, json={"runtime": "auto"})
    predict(alice, exported)
    assert served_by(app, exported) is PairedRuntime
    actions = [entry["action"] for entry in alice.get("/api/dev/audit").get_json()]
    assert actions.count("model.runtime_changed") == 2


@pytest.mark.parametrize("body", [{"runtime": "onnx"}, {"runtime": None}, {}, {"runtime": "auto", "name": "x"}, []])
def test_only_what_a_model_can_be_served_by_is_taken(alice: Person, model: dict[str, Any], body: object) -> None:
    """A bad choice is told so, and changes nothing."""
    refused = alice.patch(f"/api/models/{model['id']}", json=body)

    assert refused.status_code in {400, 422}
    assert alice.get(f"/api/models/{model['id']}").get_json()["runtime"] == "auto"


def test_a_lost_form_leaves_the_model_answering(app: Flask, alice: Person, exported: dict[str, Any]) -> None:
    """A compiled file that is gone or was changed is not opened: scikit-learn answers, and an alert is raised."""
    expected = predict(alice, exported)
    [form] = [path for path in stored_files(app) if path.suffix == ".compiled"]
    form.write_bytes(b"something else")
    library = app.extensions["modelport.process"].library
    library._cache.invalidate(exported["model_id"])

    assert predict(alice, exported)["prediction"] == expected["prediction"]
    assert served_by(app, exported) is SklearnRuntime


def test_a_model_of_before_is_compiled_at_its_export(app: Flask, alice: Person, model: dict[str, Any]) -> None:
    """What was accepted before there was this compiler is compiled when it is next exported."""
    with app.app_context():
        row = db.session.get_one(MLModel, model["id"])
        row.compiled = {"compiler": COMPILER - 1}
        db.session.commit()
    assert alice.get(f"/api/models/{model['id']}").get_json()["compiled"]["is_used"] is False

    assert alice.post(f"/api/export/{model['id']}").status_code == 201
    assert alice.get(f"/api/models/{model['id']}").get_json()["compiled"]["is_used"] is True


def test_an_upload_survives_a_compiler_that_does_not(
    alice: Person, upload: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be compiled is served by scikit-learn, and the row says why."""

    def refusing(*_arguments: object, **_options: object) -> Compilation:
        return Compilation({"reason": "it takes texts", "candidates": []}, has_form=False, seconds=0.1)

    monkeypatch.setattr(compile_service, "compile_artefact", refusing)
    compiled = upload(alice).get_json()["compiled"]
    assert (compiled["is_used"], compiled["reason"]) == (False, "it takes texts")


def test_a_deleted_model_takes_its_form_along(app: Flask, alice: Person, model: dict[str, Any]) -> None:
    """Nothing is left in the store."""
    assert len(stored_files(app)) == 2
    alice.delete(f"/api/models/{model['id']}")
    assert stored_files(app) == []


def recheck_of(app: Flask) -> Recheck:
    """Give a recheck of every call."""
    process = app.extensions["modelport.process"]
    runtime = process.runtime
    return Recheck(runtime.sessions, runtime.artefacts, runtime.changes, runtime.clock, share=1.0)


def test_live_calls_are_checked_again(app: Flask, alice: Person, exported: dict[str, Any]) -> None:
    """What scikit-learn answers alike is counted, and what the log cut or refused is passed over."""
    answer, recheck = predict(alice, exported), recheck_of(app)
    good = {
        "model_id": exported["model_id"],
        "request_data": dumps(ROW).decode(),
        "response_data": dumps(answer).decode(),
    }

    recheck.consider(Calls.of([record(**good), record(**{**good, "request_data": '{"truncated": true}'})]))
    recheck.consider(Calls.of([record(**good, status_code=400), record(**{**good, "model_id": None})]))
    assert recheck.run() == 1
    compiled = alice.get(f"/api/models/{exported['model_id']}").get_json()["compiled"]
    assert (compiled["is_used"], compiled["rechecked"]["checked"], compiled["rechecked"]["different"]) == (True, 1, 0)


def test_a_disagreement_ends_the_compiled_form(
    app: Flask, alice: Person, exported: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A faster answer that differs is a defect: an alert is raised, and scikit-learn answers from the next call on."""
    alerts: list[dict[str, Any]] = []
    monkeypatch.setattr(recheck_service.log, "error", lambda event, **fields: alerts.append({"event": event, **fields}))
    answer, recheck = predict(alice, exported), recheck_of(app)
    answer["probabilities"] = {**answer["probabilities"], "setosa": answer["probabilities"]["setosa"] - 1e-3}
    wrong = record(
        model_id=exported["model_id"], request_data=dumps(ROW).decode(), response_data=dumps(answer).decode()
    )

    recheck.consider(Calls.of([wrong]))
    recheck.run()
    [alert] = alerts
    assert (alert["event"], alert["alert"], alert["request_ids"]) == (
        "compiled_model_disagrees",
        True,
        [wrong.request_id],
    )
    predict(alice, exported)
    assert served_by(app, exported) is SklearnRuntime
