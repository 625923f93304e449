"""A contract says what the fitted model takes, promises only what was seen to work, and survives being stored."""

from __future__ import annotations

import json
import warnings
from typing import Any

import jsonschema_rs
import numpy as np
import orjson
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

from backend.core.errors import AppError, ArtefactRefused
from backend.engine.serving.contract import Column, Contract
from backend.engine.serving.derive import derive_contract
from backend.engine.serving.payload import PayloadReader
from backend.engine.serving.runtime import SklearnRuntime
from backend.engine.serving.sample import Sample, read_sample
from tests.engine.serving.test_zoo import NAMES, TEXTS, fitted

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "age": RANDOM.integers(18, 80, 200).astype(float),
        "income": RANDOM.random(200) * 1e5,
        "city": RANDOM.choice(["Paris", "Lyon", "Nice"], 200),
        "plan": RANDOM.choice(["free", "pro"], 200),
        "floor": RANDOM.integers(0, 4, 200),
        "id": np.arange(200),
    }
)
LABELS = np.where(FRAME["age"] > 40, "yes", "no")


def mixed() -> Any:
    columns = ColumnTransformer(
        [
            ("open", OneHotEncoder(handle_unknown="ignore"), ["city"]),
            ("closed", OneHotEncoder(), ["plan"]),
            ("floor", OrdinalEncoder(), ["floor"]),
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "income"]),
        ]
    )
    return make_pipeline(columns, GradientBoostingClassifier(n_estimators=5)).fit(FRAME, LABELS)


def contract_of(model: Any, sample: Sample | None = None) -> Contract:
    return derive_contract(model, sample).contract


def column(contract: Contract, name: str) -> Column:
    return next(column for column in contract.columns if column.name == name)


def test_a_mixed_table_is_read_column_by_column() -> None:
    """Encoders give categories, imputers nullability, scalers usual values; dropped columns are not asked for."""
    found = contract_of(mixed())
    assert found.named
    assert found.task == "classification"
    assert found.classes == ("no", "yes")
    assert found.probabilities
    assert found.pipeline == ("ColumnTransformer", "GradientBoostingClassifier")
    city, plan, floor, age = (column(found, name) for name in ("city", "plan", "floor", "age"))
    assert (city.type, city.categories, city.closed) == ("string", ("Lyon", "Nice", "Paris"), False)
    assert (plan.type, plan.categories, plan.closed) == ("string", ("free", "pro"), True)
    assert (floor.type, floor.categories, floor.closed) == ("integer", (0, 1, 2, 3), True)
    assert (age.type, age.nullable) == ("number", True)
    assert isinstance(age.example, float)
    assert abs(age.example - FRAME["age"].mean()) < 1
    assert not column(found, "id").required
    assert not plan.nullable
    assert isinstance(found.example, dict)
    assert set(found.example) == {"age", "income", "city", "plan", "floor"}


@pytest.mark.parametrize("name", NAMES)
def test_every_estimator_gets_a_contract_that_it_answers_or_a_reason(name: str) -> None:
    """Whatever is accepted answers its own example within its own schemas, and every row it was fitted on alike."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, x = fitted(name)
        rows, expected = rows_of(x), expected_of(model, x)
        contract = accepted(model)
        if contract is None:
            return
        runtime, reader = SklearnRuntime(model, contract), PayloadReader(contract)
        answer = runtime.predict(reader.read(orjson.dumps(contract.example))).fields()
        many = runtime.predict(reader.read(orjson.dumps(rows)))
    assert jsonschema_rs.is_valid(contract.input_schema(), contract.example)
    assert jsonschema_rs.is_valid(contract.output_schema(), json.loads(orjson.dumps(answer)))
    assert Contract.from_json(json.loads(json.dumps(contract.to_json()))) == contract
    np.testing.assert_array_equal(np.asarray(many.predictions).reshape(expected.shape), expected)


def accepted(model: Any) -> Contract | None:
    """Give the contract, or None where the refusal is one of the expected ones."""
    try:
        return contract_of(model)
    except ArtefactRefused as error:
        if error.details["reason"] not in {"no predict", "input kind", "too many outputs"}:
            raise
    return None


def rows_of(x: Any) -> list[Any]:
    """Give what a caller would send for the rows a model was fitted on."""
    if isinstance(x, pd.DataFrame):
        return x.to_dict("records")
    if isinstance(x, list) and isinstance(x[0], str):
        return x
    if isinstance(x, list):
        return [[0.0]]
    dense = np.asarray(x.toarray() if hasattr(x, "toarray") else x, dtype=float)
    rows: list[Any] = dense.reshape(len(dense), -1).tolist()
    return rows


def expected_of(model: Any, x: Any) -> np.ndarray[Any, Any]:
    """Give what scikit-learn itself says, before anything of ours has touched the model."""
    x = x.toarray() if hasattr(x, "toarray") else x
    method = getattr(model, "predict", None) or getattr(model, "transform", None)
    result = np.zeros(0) if method is None else method(x)
    return np.asarray(result.toarray() if hasattr(result, "toarray") else result)


@pytest.mark.parametrize(
    ("model", "words", "reason"),
    [
        ({"model": 1}, "estimator but a dict", "not an estimator"),
        (LogisticRegression(), "never fitted", "not fitted"),
        (DBSCAN().fit(np.zeros((4, 2))), "neither predict nor transform", "no predict"),
        (DictVectorizer().fit([{"a": 1}]), "takes dictionaries", "input kind"),
        (FunctionTransformer(np.reciprocal), "how many columns", "columns unknown"),
    ],
    ids=["dict", "unfitted", "DBSCAN", "DictVectorizer", "stateless"],
)
def test_what_cannot_be_served_is_refused_with_the_reason(model: Any, words: str, reason: str) -> None:
    """An owner learns from the refusal what to do about it."""
    with pytest.raises(ArtefactRefused, match=words) as caught:
        derive_contract(model)
    assert caught.value.details["reason"] == reason


def test_a_model_that_cannot_answer_is_refused_with_its_own_words() -> None:
    """Better at upload than at the first caller's expense."""
    model = Ridge().fit(np.zeros((3, 2)), np.zeros(3))
    model.coef_ = np.zeros(7)
    with pytest.raises(ArtefactRefused, match="does not answer an example row: ValueError") as caught:
        derive_contract(model)
    assert caught.value.details["reason"] == "no answer"


def test_a_sample_gives_types_ranges_and_the_example() -> None:
    """The first whole row of the sample becomes the example; extra columns such as the target do no harm."""
    table = FRAME.assign(target=LABELS)
    table.loc[0, "income"] = np.nan
    found = derive_contract(mixed(), read_sample(table.to_csv(index=False).encode()))
    assert isinstance(found.contract.example, dict)
    assert found.contract.example["city"] == FRAME["city"][1]
    assert found.contract.example["income"] == pytest.approx(FRAME["income"][1])
    age = column(found.contract, "age")
    assert (age.minimum, age.maximum) == (FRAME["age"].min(), FRAME["age"].max())
    assert found.warnings == ()


def test_a_sample_names_what_is_odd_about_it() -> None:
    """A sample that lacks columns, has too many or holds gaps the model does not take is remarked upon."""
    x, y = FRAME[["age", "income"]], FRAME["floor"]
    lacking = derive_contract(Ridge().fit(x, y), read_sample(b"age\n1\n2\n"))
    assert "lacks columns of the model: income" in lacking.warnings[0]
    gaps = derive_contract(Ridge().fit(x, y), read_sample(b"age,income\n1,\n2,3\n"))
    assert "empty values that the model does not take: income" in gaps.warnings[0]
    unnamed = derive_contract(Ridge().fit(x.to_numpy(), y), read_sample(b"a,b,c\n1,2,3\n"))
    assert "3 columns, the model takes 2" in unnamed.warnings[0]


@pytest.mark.parametrize(
    ("content", "names", "first"),
    [
        (b"a,b\n1,x\n2,y\n", ("a", "b"), (1, 2)),
        ("\ufeffa;b\r\n1,5;x\r\n2,5;y\r\n".encode(), ("a", "b"), ("1,5", "2,5")),
        (b"a\tb\n1.5\tx\n\ty\n", ("a", "b"), (1.5, None)),
        (b'[{"a": 1, "b": "x"}, {"b": "y"}]', ("a", "b"), (1, None)),
        (b"[[1, 2], [3, 4]]", ("x0", "x1"), (1, 3)),
        (b"[1, 2]", ("x0", "x1"), (1,)),
        (b'{"a": true}', ("a",), (True,)),
        (b"a\nTrue\nfalse\n", ("a",), (True, False)),
    ],
)
def test_samples_are_csv_or_json(content: bytes, names: Any, first: Any) -> None:
    """Either format, with the separators of both halves of Europe."""
    sample = read_sample(content)
    assert sample.names == names
    assert sample.columns[0] == first


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1, [2]]", b"[[1], [2, 3]]", b"{", b"a,b\n1\n", b"[" * 5000])
def test_samples_of_no_use_are_refused(content: bytes) -> None:
    """The sample is a stranger's file like any other."""
    with pytest.raises(ArtefactRefused, match="sample"):
        read_sample(content)


def test_whole_numbers_of_a_few_rows_do_not_make_a_column_of_integers() -> None:
    """A sample of one row must not forbid halves for ever."""
    x, y = FRAME[["age", "income"]], FRAME["floor"]
    few = contract_of(Ridge().fit(x, y), read_sample(b"age,income\n1,2\n"))
    assert column(few, "age").type == "number"
    many = "age,income\n" + "".join(f"{index},1.5\n" for index in range(30))
    assert column(contract_of(Ridge().fit(x, y), read_sample(many.encode())), "age").type == "integer"


def test_nullability_is_what_the_model_answers() -> None:
    """A null is promised exactly where the model was seen to take one, column by column."""
    x = FRAME[["age", "income"]]
    assert all(found.nullable for found in contract_of(HistGradientBoostingRegressor().fit(x, LABELS == "yes")).columns)
    assert not any(found.nullable for found in contract_of(LogisticRegression().fit(x, LABELS)).columns)
    half = ColumnTransformer([("a", SimpleImputer(), ["age"]), ("b", "passthrough", ["income"])])
    found = contract_of(make_pipeline(half, LogisticRegression()).fit(x, LABELS))
    assert [entry.nullable for entry in found.columns] == [True, False]


def test_ranges_and_positive_examples_come_from_the_model() -> None:
    """MinMaxScaler remembers its range, and models of counts get an example they accept."""
    x = FRAME[["age", "income"]]
    found = contract_of(make_pipeline(MinMaxScaler(), LogisticRegression()).fit(x, LABELS))
    assert column(found, "age").minimum == FRAME["age"].min()
    assert contract_of(MultinomialNB().fit(x, LABELS)).example == {"age": 1.0, "income": 1.0}


def test_texts_classes_and_clusters_keep_their_types() -> None:
    """Booleans, integers and texts are told apart in the classes, and text models have one column."""
    text = contract_of(make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, [True, False] * 20))
    assert (text.container, text.names, text.classes) == ("text", ("text",), (False, True))
    assert text.prediction_schema() == {"type": "boolean", "enum": [False, True]}
    clusters = contract_of(KMeans(2, n_init=1).fit(FRAME[["age", "income"]].to_numpy()))
    assert clusters.prediction_schema() == {"type": "integer"}
    forest = RandomForestClassifier(3).fit(FRAME[["age"]], np.c_[LABELS, FRAME["city"]])
    several = contract_of(forest)
    assert (several.outputs, several.classes) == (2, (("no", "yes"), ("Lyon", "Nice", "Paris")))


def test_the_input_schema_agrees_with_the_reader() -> None:
    """What the documentation calls valid is accepted, and what it calls invalid is refused."""
    contract = contract_of(mixed())
    schema, reader = contract.input_schema(), PayloadReader(contract)
    assert isinstance(contract.example, dict)
    whole = contract.example
    for change in (
        {},
        {"age": None},
        {"age": "1"},
        {"age": True},
        {"plan": "other"},
        {"plan": None},
        {"city": "other"},
        {"floor": 2.0},
        {"floor": 2.5},
        {"floor": 9},
        {"extra": 1},
        {"id": 7},
    ):
        record = {**whole, **change}
        try:
            reader.read(orjson.dumps(record))
            is_read = True
        except AppError:
            is_read = False
        assert jsonschema_rs.is_valid(schema, record) == is_read, change


@pytest.mark.parametrize(
    "change",
    [
        {"columns": []},
        {"columns": "x"},
        {"task": "cooking"},
        {"container": "bag"},
        {"columns": [{"name": 5, "type": "number"}]},
        {"columns": [{"name": "a", "type": "code"}]},
        {"columns": [{"name": "a", "type": "number"}] * 2},
        {"outputs": "many"},
    ],
)
def test_what_is_no_contract_is_refused(change: dict[str, Any]) -> None:
    """The child's answer, and a row of the database, are checked before they steer anything."""
    good = contract_of(Ridge().fit(FRAME[["age"]], FRAME["floor"])).to_json()
    with pytest.raises(ArtefactRefused):
        Contract.from_json({**good, **change})
