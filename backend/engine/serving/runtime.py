"""Runs a fitted scikit-learn estimator on validated rows.

Called on the way of every prediction, from several threads at once. Loads only through the restricted unpickler, asks
the estimator as little as possible, and turns whatever it raises into a named error.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from backend.core.errors import AppError, InvalidInput, ModelFailed
from backend.engine.foreign import Array, Foreign
from backend.engine.serving.anatomy import size_bytes
from backend.engine.serving.contract import Contract, class_key
from backend.engine.serving.labels import derivation_of, is_certain
from backend.engine.serving.outcome import Outcome, plain, shares
from backend.engine.serving.payload import Batch, PayloadReader
from backend.engine.serving.plans import plain_plan, plan_of
from backend.engine.serving.unpickling import load_estimator

# How scikit-learn words what is wrong with the values of a request, which no contract can foresee.
_BLAMES_INPUT: Final = (
    "Found unknown categories",
    "Negative values in data",
    "Input X contains",
    "Input contains",
    "X contains values",
    "Interval",
)


class SklearnRuntime:
    """A loaded estimator and the way its contract's rows go into it; `plan` names the way that was proven.

    Args:
        estimator: fitted; left as it is.
        contract: what it was seen to answer.
        is_quick: look for a quicker way than the estimator's own methods; costs some predictions.
    """

    def __init__(self, estimator: Foreign, contract: Contract, *, is_quick: bool = True) -> None:
        self.contract = contract
        plan = plan_of(estimator, contract) if is_quick else plain_plan(estimator, contract)
        self._feed, self._model, self.plan = plan.feed, plan.model, plan.name
        self._class_labels = _label_keys(contract)
        self._classes: Array | None = None if contract.outputs > 1 else getattr(estimator, "classes_", None)
        self._derivation = derivation_of(estimator) if contract.probabilities and contract.outputs == 1 else "none"
        self._answer = self._model.transform if contract.task == "transformation" else self._model.predict
        self.size_bytes = size_bytes(estimator)

    @classmethod
    def load(cls, path: str | Path, sha256: str | None, contract: Contract) -> SklearnRuntime:
        """Load an accepted artefact.

        Raises:
            ArtefactRefused: the file is not the one that was accepted.
        """
        return cls(load_estimator(path, sha256), contract)

    def predict(self, batch: Batch) -> Outcome:
        """Give the predictions of validated rows, and probabilities where the contract promises them.

        Raises:
            InvalidInput: the estimator itself says that a value does not fit.
            ModelFailed: it broke, or gave something that is not a finite number.
        """
        try:
            with np.errstate(all="ignore"):  # what is not finite is found in the answer
                return self._predict(batch)
        except AppError:
            raise
        except Exception as error:  # an estimator may raise anything; the log gets it whole, the caller a clean word
            raise _blame(error) from error

    def fields(self, batch: Batch) -> Mapping[str, Any]:
        """Give the fields of the answer to validated rows; raises as `predict` does."""
        return self.predict(batch).fields()

    def probabilities(self, batch: Batch) -> Foreign:
        """Give what predict_proba gives, untouched, for the proof of a contract."""
        try:
            return self._model.predict_proba(self._feed(batch))
        except Exception as error:  # as in predict
            raise _blame(error) from error

    def warmup(self) -> None:
        """Answer the contract's example once, so that the first caller does not pay for lazy imports."""
        self.predict(PayloadReader(self.contract).read(orjson.dumps(self.contract.example)))

    def _predict(self, batch: Batch) -> Outcome:
        rows = self._feed(batch)
        if not self.contract.probabilities:
            return Outcome(self._vectors(plain(self._answer(rows))), None, (), batch.single)
        found = self._model.predict_proba(rows)
        if self.contract.outputs > 1:
            each = [shares(output) for output in found]
            return Outcome(
                plain(self._answer(rows)),
                [list(row) for row in zip(*each, strict=True)],
                self._class_labels,
                batch.single,
            )
        return Outcome(self._labels(rows, found), shares(found), self._class_labels, batch.single)

    def _vectors(self, predictions: list[Any]) -> list[Any]:
        """Give one list per row for a transformation, also where some of them answer one number flat."""
        is_flat = self.contract.task == "transformation" and bool(predictions) and not isinstance(predictions[0], list)
        return [[value] for value in predictions] if is_flat else predictions

    def _labels(self, rows: Foreign, probabilities: Array) -> list[Any]:
        is_derivable = self._derivation == "argmax" or (self._derivation == "monotone" and is_certain(probabilities))
        if is_derivable and self._classes is not None:
            return plain(self._classes.take(np.argmax(probabilities, axis=1), axis=0))
        return plain(self._answer(rows))


def _label_keys(contract: Contract) -> tuple[Any, ...]:
    if contract.classes is None:
        return ()
    if contract.outputs > 1:
        return tuple(tuple(class_key(label) for label in labels) for labels in contract.classes)
    return tuple(class_key(label) for label in contract.classes)


def _blame(error: Exception) -> AppError:
    text = str(error)
    if isinstance(error, ValueError) and text.startswith(_BLAMES_INPUT):
        first = text.splitlines()[0][:300]
        details = {"missing_fields": [], "unknown_fields": [], "problems": [], "problems_total": 0}
        return InvalidInput(f"The model does not take these values: {first}", details=details)
    return ModelFailed("The model failed on this input", internal=f"{type(error).__name__}: {text[:2000]}")
