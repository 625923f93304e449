"""ml.predict: a row, or many, through an exported scikit-learn model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from backend.core.errors import NotFound
from backend.gateway.call import Kind
from backend.services.directory_service import ServedAPI
from backend.services.offers import Documentation, Offer
from backend.services.playground_service import own_api, own_apis
from backend.services.prediction_service import Predictor, Prepared

API_ID_MAX = 2**31 - 1
"""Larger numbers do not fit the column."""


class MLPredict(Kind[ServedAPI, Prepared]):
    """Predicts with the model behind `/api/predict/<api_id>`."""

    name: ClassVar[str] = "ml.predict"
    title: ClassVar[str] = "Prediction"
    unit: ClassVar[str] = "row"
    unit_price: ClassVar[int] = 1
    method: ClassVar[str] = "POST"
    path: ClassVar[str] = "/api/predict/<target>"

    def __init__(self, predictor: Predictor, body_bytes_max: int) -> None:
        self._predictor = predictor
        self.body_bytes_max = body_bytes_max

    def find(self, target: str) -> ServedAPI:
        """Give the API whose number the path holds."""
        number = api_number(target)
        api = None if number is None else self._predictor.api(number)
        if api is None:
            raise NotFound(noun="API")
        return api

    def origins(self, target: str) -> tuple[str, ...]:
        """Give the origins that browsers may call from; none listed means any."""
        try:
            return self.find(target).allowed_origins
        except NotFound:
            return ()

    def parse(self, target: ServedAPI, body: bytes) -> Prepared:
        """Validate a payload against the contract of the model."""
        return self._predictor.read(target, body)

    def execute(self, target: ServedAPI, work: Prepared) -> Mapping[str, object]:
        """Run the model."""
        del target
        return self._predictor.run(work)

    def identify(self, target: ServedAPI, work: Prepared) -> Mapping[str, object]:
        """Name the API and the version of the model that answered."""
        return self._predictor.identify(target, work)

    def offers(self, account_id: str) -> Sequence[Offer]:
        """Give the account's exported APIs."""
        return own_apis(account_id)

    def document(self, account_id: str, target: str) -> tuple[Offer, Documentation]:
        """Give one of them with its documentation, all out of the model's contract."""
        number = api_number(target)
        if number is None:
            raise NotFound(noun="Endpoint")
        return own_api(account_id, number)


def api_number(target: str) -> int | None:
    """Read an API's number; None for what can be none."""
    is_number = target.isascii() and target.isdecimal() and len(target) <= len(str(API_ID_MAX))
    number = int(target) if is_number else 0
    return number if 0 < number <= API_ID_MAX else None
