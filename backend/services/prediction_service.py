"""Predictions: from an API and a payload to the fields of its answer.

`Predictor` is what the ml.predict kind works with; `PredictionService` offers the same inside the process, under the
names of the reference document.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from backend.core.errors import NotFound
from backend.core.ids import new_request_id
from backend.core.jsontools import dumps
from backend.core.placement import anywhere
from backend.core.turns import pass_on
from backend.engine.metering.records import CallRecord, clip_body, encode
from backend.engine.serving.payload import Batch
from backend.services.directory_service import Directory, ServedAPI
from backend.services.model_library import LoadedModel, ModelLibrary
from backend.services.runtime import current_runtime

LONG_ROWS = 200
"""So many rows take about two milliseconds of trees."""


class Prepared(NamedTuple):
    """Validated rows and the model that will answer them."""

    batch: Batch
    model: LoadedModel

    @property
    def rows(self) -> int:
        """How many rows are paid for."""
        return self.batch.rows


@dataclass(frozen=True, slots=True)
class Predictor:
    """Finds APIs and runs the models behind them."""

    directory: Directory
    library: ModelLibrary

    def api(self, api_id: int) -> ServedAPI | None:
        """Give an exported API, or None."""
        return self.directory.api(api_id)

    def model(self, api: ServedAPI) -> LoadedModel:
        """Give the model behind an API, loading it at the first use."""
        return self.library.get(api.model_id, api.form)

    def read(self, api: ServedAPI, body: bytes) -> Prepared:
        """Decode and validate a payload against the model's contract."""
        model = self.model(api)
        return Prepared(model.reader.read(body), model)

    def run(self, prepared: Prepared) -> Mapping[str, object]:
        """Predict; give `prediction` or `predictions`, and probabilities where the model has them."""
        batch, model = prepared
        if batch.rows < LONG_ROWS:
            return model.runtime.fields(batch)
        pass_on()
        with anywhere():
            return model.runtime.fields(batch)

    def identify(self, api: ServedAPI, prepared: Prepared) -> Mapping[str, object]:
        """Name who answered."""
        return {"api_id": api.api_id, "model": prepared.model.identity}


class PredictionService:
    """Predictions for callers inside the process: no key, no limit; recorded when the caller says so."""

    @staticmethod
    def predict(api_id: int, input_data: object) -> dict[str, object]:
        """Predict with an exported API.

        Args:
            api_id: the API's number.
            input_data: a record, a list of records, or rows, as the endpoint takes them.

        Raises:
            NotFound: no such API.
            InvalidInput: the data does not fit the contract.
        """
        predictor = current_runtime().predictor
        api = predictor.api(api_id)
        if api is None:
            raise NotFound(noun="API")
        prepared = predictor.read(api, dumps(input_data))
        return {**predictor.run(prepared), **predictor.identify(api, prepared)}

    @staticmethod
    def log_request(  # noqa: PLR0917 - the signature of the reference document
        api_id: int,
        request_data: object,
        response_data: object,
        response_time: float,
        status_code: int,
        error: str | None = None,
    ) -> str:
        """Append a call to the journal and give its request id.

        Args:
            api_id: the API that was called.
            request_data: JSON-ready inputs.
            response_data: JSON-ready answer.
            response_time: seconds.
            status_code: HTTP status.
            error: message of a refusal or failure.
        """
        runtime = current_runtime()
        request, response = dumps(request_data), dumps(response_data)
        record = CallRecord(
            request_id=new_request_id(),
            occurred_at_us=time.time_ns() // 1_000,
            api_id=api_id,
            key_id=None,
            model_id=None,
            status_code=status_code,
            response_time=response_time,
            cpu_usage=0.0,
            memory_usage=0.0,
            rows=0,
            request_bytes=len(request),
            response_bytes=len(response),
            remote_address=None,
            request_data=clip_body(request, runtime.log_body_bytes_max),
            response_data=clip_body(response, runtime.log_body_bytes_max),
            error_message=error,
        )
        runtime.journal.append(encode(record))
        return record.request_id
