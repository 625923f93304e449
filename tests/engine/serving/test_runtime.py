"""The runtime answers exactly what scikit-learn would, faster where it may, and never with a raw exception."""

from __future__ import annotations

import math
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import orjson
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from backend.core.errors import ArtefactRefused, InvalidInput, ModelFailed
from backend.engine.serving import labels
from backend.engine.serving.copies import prepared_copy
from backend.engine.serving.derive import derive_contract
from backend.engine.serving.outcome import Outcome, plain
from backend.engine.serving.payload import PayloadReader
from backend.engine.serving.runtime import SklearnRuntime
from backend.engine.serving.streams import digest

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(RANDOM.normal(size=(300, 4)), columns=["a", "b", "c", "d"])
FRAME["e"] = RANDOM.integers(0, 3, 300).astype(float)
LABELS = np.where(FRAME["a"] + FRAME["b"] * FRAME["c"] > 0, "yes", "no")
ROWS = pd.DataFrame(RANDOM.normal(size=(50, 5)), columns=FRAME.columns).assign(e=1.0)

NAMED: dict[str, Any] = {
    "scaled logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "three classes": make_pipeline(KBinsDiscretizer(3, strategy="uniform"), LogisticRegression()),
    "forest": RandomForestClassifier(20, random_state=0, n_jobs=2),
    "forest behind steps": make_pipeline(StandardScaler(), PCA(3), RandomForestClassifier(20, random_state=0)),
    "searched forest": GridSearchCV(make_pipeline(MinMaxScaler(), RandomForestClassifier(9)), {}, cv=2),
    "extra trees": ExtraTreesClassifier(20, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=10),
    "histogram boosting": HistGradientBoostingClassifier(max_iter=10),
    "tree": DecisionTreeClassifier(max_depth=4),
    "naive Bayes": GaussianNB(),
    "neighbours": KNeighborsClassifier(),
    "network": MLPClassifier((5,), max_iter=5000, random_state=0),
    "machine": make_pipeline(MinMaxScaler(), SVC()),
    "outliers": IsolationForest(n_estimators=10, random_state=0),
    "components": PCA(2),
    "imputed": make_pipeline(KNNImputer(), PolynomialFeatures(2), StandardScaler(), LogisticRegression(max_iter=500)),
    "union": make_pipeline(make_union(StandardScaler(), SelectKBest(k=2)), LogisticRegression()),
    "logarithms": make_pipeline(FunctionTransformer(np.abs), FunctionTransformer(np.log1p), LogisticRegression()),
    "stack": StackingClassifier([("a", GaussianNB()), ("b", DecisionTreeClassifier(max_depth=3))], cv=2),
    "vote": VotingClassifier([("a", GaussianNB()), ("b", LogisticRegression())], voting="soft"),
    "pandas output": make_pipeline(StandardScaler(), LogisticRegression()).set_output(transform="pandas"),
    "columns by name": make_pipeline(
        make_column_transformer((StandardScaler(), ["a", "b"]), (OneHotEncoder(), ["e"]), remainder="passthrough"),
        LogisticRegression(),
    ),
    "columns by name, some dropped": make_pipeline(
        make_column_transformer((SimpleImputer(), ["d", "a"]), (MinMaxScaler(), ["c"])), LogisticRegression()
    ),
    "columns by mask": make_pipeline(
        make_column_transformer((StandardScaler(), [True, False, True, False, False]), remainder="passthrough"),
        LogisticRegression(),
    ),
}


def prepared(model: Any, frame: Any = FRAME, target: Any = LABELS) -> tuple[Any, SklearnRuntime, PayloadReader]:
    """Give an untouched copy of a fitted model, and what serves it."""
    fitted = model.fit(frame, target)
    reference = pickle.loads(pickle.dumps(fitted))
    contract = derive_contract(fitted).contract
    return reference, SklearnRuntime(fitted, contract), PayloadReader(contract)


def ask(runtime: SklearnRuntime, reader: PayloadReader, body: Any) -> dict[str, Any]:
    return runtime.predict(reader.read(orjson.dumps(body))).fields()


@pytest.mark.parametrize("name", NAMED)
def test_named_models_answer_bit_for_bit_what_scikit_learn_does(name: str) -> None:
    """Leaving the DataFrame out, deriving labels and every other short way change not one bit."""
    reference, runtime, reader = prepared(NAMED[name])
    answer = ask(runtime, reader, ROWS.to_dict("records"))
    method = reference.predict if hasattr(reference, "predict") else reference.transform
    assert answer["predictions"] == np.asarray(method(ROWS)).tolist()
    for row in (0, 7):
        one = ROWS.iloc[[row]]
        single = ask(runtime, reader, one.to_dict("records")[0])
        assert single["prediction"] == np.asarray(method(one)).tolist()[0]
        if "probabilities" in single:
            assert list(single["probabilities"].values()) == reference.predict_proba(one).tolist()[0]
    if hasattr(reference, "predict_proba"):
        shares = [list(row.values()) for row in answer["probabilities"]]
        assert shares == reference.predict_proba(ROWS).tolist()


MIXED = pd.DataFrame(
    {
        "age": RANDOM.normal(40, 10, 200),
        "city": RANDOM.choice(["Paris", "Lyon", "Nice"], 200),
        "plan": RANDOM.choice(["free", "pro"], 200),
        "floor": RANDOM.integers(0, 4, 200),
        "sea": RANDOM.choice([True, False], 200),
        "note": RANDOM.choice(["a good film", "a bad film", "what a film"], 200),
        "income": RANDOM.random(200),
    }
).assign(gap=lambda frame: frame["income"].where(RANDOM.random(200) > 0.2))
FILLED = ["age", "gap", "income"]
PARTS: dict[str, tuple[str, Any]] = {
    "words and numbers": (
        "column by column",
        [("w", OneHotEncoder(), ["city", "plan"]), ("n", SimpleImputer(), FILLED)],
    ),
    "one encoder of several kinds": ("column by column", [("w", OneHotEncoder(), ["city", "floor", "sea"])]),
    "text": ("column by column", [("t", TfidfVectorizer(), "note"), ("n", SimpleImputer(), FILLED)]),
    "codes": ("column by column", [("o", OrdinalEncoder(), ["floor", "city"]), ("t", TargetEncoder(), ["plan"])]),
    "steps within": (
        "column by column",
        [
            ("n", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), PCA(2)), FILLED),
            ("w", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(sparse_output=False)), ["city"]),
            ("p", "passthrough", ["income"]),
            ("d", "drop", ["age"]),
        ],
    ),
    "numbers alone": (
        "column by column",
        [("a", StandardScaler(), ["income"]), ("b", MinMaxScaler(), ["age", "floor"])],
    ),
    "columns within columns": (
        "direct",
        [("c", make_column_transformer((StandardScaler(), ["age"]), remainder="passthrough"), ["income", "age"])],
    ),
}


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize(
    "final", [LogisticRegression(max_iter=5000), GradientBoostingClassifier(n_estimators=5)], ids=["linear", "trees"]
)
def test_columns_answer_bit_for_bit_without_their_frame(name: str, final: Any) -> None:
    """Handing every part its own columns changes nothing but the time it takes."""
    plan, transformers = PARTS[name]
    target = np.where(MIXED["age"] > 40, "old", "young")
    model = make_pipeline(ColumnTransformer(transformers), final)
    reference, runtime, reader = prepared(model, MIXED, target)
    assert runtime.plan == plan
    rows = MIXED.iloc[:60]
    used = [column.name for column in runtime.contract.columns if column.required]
    records = rows[used].astype(object).where(rows[used].notna(), None).to_dict("records")
    answer = ask(runtime, reader, records)
    assert answer["predictions"] == reference.predict(rows).tolist()
    assert [list(row.values()) for row in answer["probabilities"]] == reference.predict_proba(rows).tolist()
    for index in (0, 9):
        single = ask(runtime, reader, records[index])
        assert list(single["probabilities"].values()) == reference.predict_proba(rows.iloc[[index]]).tolist()[0]


def test_a_short_way_is_taken_only_where_it_was_proven() -> None:
    """What answers at random, or is of somebody's own making, is asked as it is."""
    assert prepared(DummyClassifier(strategy="uniform"))[1].plan == "as it is"
    assert prepared(LogisticRegression())[1].plan == "matrix"
    assert prepared(RandomForestClassifier(3), FRAME.to_numpy())[1].plan == "direct"


@pytest.mark.parametrize("forest", [RandomForestRegressor, ExtraTreesRegressor])
def test_regression_forests_add_up_to_the_same_bits(forest: Any) -> None:
    """Summing the trees without a pool is the sum scikit-learn makes, gaps and extremes included."""
    gaps = FRAME.mask(RANDOM.random(FRAME.shape) < 0.1)
    reference, runtime, reader = prepared(forest(30, random_state=0), gaps, FRAME["a"])
    rows = ROWS.mask(RANDOM.random(ROWS.shape) < 0.1)
    body = rows.astype(object).where(rows.notna(), None).to_dict("records")
    assert ask(runtime, reader, body)["predictions"] == reference.predict(rows).tolist()
    assert ask(runtime, reader, ROWS.to_dict("records"))["predictions"] == reference.predict(ROWS).tolist()
    with pytest.raises(InvalidInput, match="float32"):
        ask(runtime, reader, {**ROWS.iloc[0].to_dict(), "a": 1e300})


def test_texts_and_gaps_reach_the_model_as_in_training() -> None:
    """A null in a text column is what pandas calls missing, and unknown words pass where the encoder lets them."""
    frame = pd.DataFrame({"city": ["Paris", "Lyon", None, "Nice"] * 20, "age": [1.0, 2.0, np.nan, 4.0] * 20})
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    columns = ColumnTransformer([("words", words, ["city"]), ("age", SimpleImputer(), ["age"])])
    model = make_pipeline(columns, LogisticRegression())
    reference, runtime, reader = prepared(model, frame, [True, False] * 40)
    rows = pd.DataFrame({"city": ["Lyon", None, "Rome"], "age": [1.5, np.nan, 3.0]})
    body = [{"city": "Lyon", "age": 1.5}, {"city": None, "age": None}, {"city": "Rome", "age": 3}]
    answer = ask(runtime, reader, body)
    assert [list(row.values()) for row in answer["probabilities"]] == reference.predict_proba(rows).tolist()
    assert list(answer["probabilities"][0]) == ["false", "true"]


def test_labels_near_a_tie_are_asked_for() -> None:
    """Where rounding could merge two scores the label is not derived; where it is derived it is never another one."""
    assert labels.is_certain(np.array([[0.2, 0.8], [0.6, 0.4]]))
    assert not labels.is_certain(np.array([[0.2, 0.8], [0.5 + 1e-9, 0.5 - 1e-9]]))
    x = np.linspace(-1e-7, 1e-7, 2001)[:, None]
    model = LogisticRegression().fit([[-1.0], [1.0]], [0, 1])
    model.intercept_ = np.zeros(1)
    expected = model.predict(x).tolist()
    contract = derive_contract(model).contract
    runtime, reader = SklearnRuntime(model, contract), PayloadReader(contract)
    assert ask(runtime, reader, x.tolist())["predictions"] == expected


def test_a_support_vector_machine_keeps_its_own_opinion() -> None:
    """Its probabilities may contradict its labels, so both are asked."""
    assert labels.derivation_of(SVC()) == "none"
    assert labels.derivation_of(make_pipeline(StandardScaler(), LogisticRegression())) == "monotone"
    assert labels.derivation_of(RandomForestClassifier()) == "argmax"

    class Own(RandomForestClassifier):  # type: ignore[misc]
        """A subclass may predict anything."""

    assert labels.derivation_of(Own()) == "none"


def test_models_are_prepared_for_one_row_at_a_time() -> None:
    """n_jobs=-1 and verbose, however deep inside, would cost a pool and a log line a call."""
    inner = RandomForestRegressor(3, n_jobs=-1, random_state=0)
    model = make_pipeline(StandardScaler(), inner).fit(FRAME.to_numpy(), FRAME["a"])
    inner.verbose = 2
    copy = prepared_copy(model)
    assert (copy[-1].n_jobs, copy[-1].verbose) == (1, 0)
    assert (inner.n_jobs, inner.verbose) == (-1, 2)
    assert copy[-1].estimators_[0].tree_ is inner.estimators_[0].tree_


class Odd(BaseEstimator):  # type: ignore[misc]
    """Answers what it is told to."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer

    def predict(self, x: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def odd() -> Any:
    model = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
    contract = derive_contract(model).contract

    def ask_odd(answer: Any) -> Outcome:
        return SklearnRuntime(Odd(answer), contract).predict(PayloadReader(contract).read(b"[1.0]"))

    return ask_odd


@pytest.mark.parametrize(
    "answer", [np.array([np.nan]), np.array([np.inf]), np.array([None]), np.array([{}], dtype=object)]
)
def test_what_json_cannot_say_is_a_failure_and_not_a_null(answer: Any, odd: Any) -> None:
    """A caller gets a prediction or a clear 500, never null."""
    with pytest.raises(ModelFailed):
        odd(answer)


def test_exceptions_are_told_apart_by_who_is_to_blame(odd: Any) -> None:
    """What scikit-learn says of the values is the caller's; everything else is the model's, its words for the log."""
    with pytest.raises(InvalidInput, match="Negative values in data"):
        odd(ValueError("Negative values in data passed to X in MultinomialNB.predict"))
    for error in (ValueError("shapes not aligned"), KeyError("x"), ZeroDivisionError(), MemoryError()):
        with pytest.raises(ModelFailed) as caught:
            odd(error)
        assert caught.value.message == "The model failed on this input"
        assert type(error).__name__ in caught.value.internal


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array([np.float32(0.1)]), [float(np.float32(0.1))]),
        (np.array([2**62]), [2**62]),
        (np.array([True]), [True]),
        (np.array(["é"]), ["é"]),
        (np.array([np.str_("a"), np.int8(3), np.float64(0.5), True], dtype=object), ["a", 3, 0.5, True]),
        (np.array([[1, 2]]), [[1, 2]]),
    ],
)
def test_numpy_values_become_exactly_their_python_selves(value: Any, expected: Any) -> None:
    """No rounding and no text where a number was."""
    found = plain(value)
    assert found == expected
    assert [type(item) for item in found] == [type(item) for item in expected]
    orjson.dumps(found)


def test_threads_share_one_runtime() -> None:
    """Many callers at once get each their own answer."""
    _, runtime, reader = prepared(RandomForestClassifier(10, random_state=0))
    bodies = [orjson.dumps(row) for row in ROWS.to_dict("records")]
    expected = [runtime.predict(reader.read(body)) for body in bodies]
    ready = threading.Barrier(8)

    def work(start: int) -> bool:
        ready.wait(10)
        order = range(start, start + len(bodies))
        return all(runtime.predict(reader.read(bodies[i % 50])) == expected[i % 50] for i in order)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_an_artefact_is_loaded_by_its_digest_and_warmed_up(tmp_path: Path) -> None:
    """What was accepted is what runs; a file that changed is refused."""
    path = tmp_path / "model.joblib"
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME, LABELS)
    joblib.dump(model, path)
    contract = derive_contract(model).contract
    with path.open("rb") as file:
        sha256 = digest(file)
    runtime = SklearnRuntime.load(path, sha256, contract)
    runtime.warmup()
    assert runtime.size_bytes > 0
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ArtefactRefused, match="has changed"):
        SklearnRuntime.load(path, sha256, contract)


def test_the_size_grows_with_the_model() -> None:
    """The cache's byte budget rests on this estimate."""
    sizes = [prepared(RandomForestClassifier(trees, random_state=0))[1].size_bytes for trees in (5, 50)]
    assert 5 < sizes[1] / sizes[0] < 15


def test_fields_have_the_documented_names() -> None:
    """One record answers in the singular, several in the plural."""
    one = Outcome([1], [[0.25, 0.75]], ("0", "1"), single=True).fields()
    assert one == {"prediction": 1, "probabilities": {"0": 0.25, "1": 0.75}}
    many = Outcome([1, 0], None, (), single=False).fields()
    assert many == {"predictions": [1, 0]}
    assert math.isclose(sum(one["probabilities"].values()), 1)
