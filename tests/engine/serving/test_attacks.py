"""A hostile file executes nothing, changes nothing and is refused with each offending name."""

from __future__ import annotations

import copyreg
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from backend.core.errors import ArtefactRefused
from backend.engine.serving.unpickling import audit, load_estimator
from tests.engine.serving import attacks
from tests.engine.serving.attacks import by_global, by_stack, calling, op, text

Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: bytes) -> Path:
        path = tmp_path / "model.pkl"
        path.write_bytes(content)
        return path

    return write


def refused(path: Path) -> ArtefactRefused:
    with pytest.raises(ArtefactRefused) as caught:
        load_estimator(path)
    return caught.value


@pytest.mark.parametrize("case", [name for name, _, _ in attacks.marking(Path("mark"))])
def test_no_dangerous_global_is_called(case: str, tmp_path: Path, write: Write) -> None:
    """Whatever runs code, reads files or imports modules is refused by name and leaves no mark."""
    mark = tmp_path / "mark"
    content, offender = next((body, known) for name, body, known in attacks.marking(mark) if name == case)
    before = set(sys.modules)
    error = refused(write(content))
    assert error.details["globals"] == [offender]
    assert not mark.exists()
    assert "antigravity" not in set(sys.modules) - before


@pytest.mark.parametrize("case", [name for name, _ in attacks.nested(Path("mark"))])
def test_a_payload_deep_inside_a_joblib_file_is_refused(case: str, tmp_path: Path, write: Write) -> None:
    """Compression and arrays of objects, which joblib unpickles apart, hide nothing."""
    mark = tmp_path / "mark"
    path = write(dict(attacks.nested(mark))[case])
    assert refused(path).details["globals"] == ["posix.system"]
    assert audit(path) == ["posix.system"]
    assert not mark.exists()


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_is_read_and_refused(protocol: int, tmp_path: Path, write: Write) -> None:
    """Old protocols name globals by other opcodes; none is a way round."""
    assert refused(write(attacks.plain(tmp_path / "mark", protocol))).details["globals"] == ["posix.system"]
    assert not (tmp_path / "mark").exists()


def test_the_audit_names_every_offender_and_not_only_the_first(write: Write) -> None:
    """The owner of a file repairs it once, not once for each refusal."""
    names = [("os", "system"), ("builtins", "eval"), ("evil.module", "thing")]
    body = b"".join(by_stack(*name) + op("EMPTY_TUPLE") + op("REDUCE") for name in names)
    path = write(op("PROTO", b"\x04") + op("MARK") + body + op("LIST") + op("STOP"))
    assert audit(path) == ["builtins.eval", "evil.module.thing", "os.system"]
    assert refused(path).details["globals"] == ["builtins.eval", "evil.module.thing", "os.system"]


def test_the_audit_builds_nothing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even admitted constructors run while a file is only looked at."""
    built = []
    monkeypatch.setattr(LogisticRegression, "__setstate__", lambda self, state: built.append(state), raising=False)
    assert audit(write(pickle.dumps(LogisticRegression()))) == []
    assert built == []


INST = op("MARK") + text("touch") + op("INST", b"os\nsystem\n")
OBJ = op("MARK") + by_global("os", "system") + text("touch") + op("OBJ")
LOGISTIC = by_stack("sklearn.linear_model._logistic", "LogisticRegression")
BARE = LOGISTIC + op("EMPTY_TUPLE") + op("NEWOBJ")


@pytest.mark.parametrize("body", [INST, OBJ], ids=["INST", "OBJ"])
def test_the_instance_opcodes_of_protocol_0_are_under_control(body: bytes, write: Write) -> None:
    """INST and OBJ call what they name, without a REDUCE."""
    assert refused(write(body + op("STOP"))).details["globals"] == ["os.system"]


@pytest.mark.parametrize(
    "body",
    [
        text("somewhere") + op("BINPERSID"),
        op("PERSID", b"somewhere\n"),
        op("EXT1", b"\x07"),
        op("EXT2", b"\x07\x00"),
        op("EXT4", b"\x07\x00\x00\x00"),
    ],
    ids=["BINPERSID", "PERSID", "EXT1", "EXT2", "EXT4"],
)
def test_references_outside_the_file_are_refused(body: bytes, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extension registry and persistent ids hand out objects that the file does not name."""
    monkeypatch.setitem(copyreg._extension_cache, 7, eval)  # type: ignore[attr-defined]
    assert refused(write(op("PROTO", b"\x04") + body + op("STOP"))).details["reason"] == "forged"


HOSTILE = {
    "set the class's own methods": LOGISTIC
    + op("NONE")
    + op("EMPTY_DICT")
    + text("predict")
    + by_stack("numpy", "log1p")
    + op("SETITEM")
    + op("TUPLE2")
    + op("BUILD"),
    "set a function's defaults": by_stack("sklearn.metrics._classification", "accuracy_score")
    + op("NONE")
    + op("EMPTY_DICT")
    + text("__kwdefaults__")
    + op("EMPTY_DICT")
    + op("SETITEM")
    + op("TUPLE2")
    + op("BUILD"),
    "call an estimator": LOGISTIC + op("EMPTY_TUPLE") + op("REDUCE"),
    "call an instance": BARE + op("EMPTY_TUPLE") + op("REDUCE"),
    "call a string": text("os") + op("EMPTY_TUPLE") + op("REDUCE"),
    "call a held function": by_stack("numpy", "mean") + text("x") + op("TUPLE1") + op("REDUCE"),
    "fill an estimator": BARE + op("MARK") + text("a") + op("APPENDS"),
    "set items of an estimator": BARE + text("a") + text("b") + op("SETITEM"),
    "show memory by ndarray.__new__": by_stack("numpy", "ndarray")
    + op("BININT", (1000).to_bytes(4, "little"))
    + op("TUPLE1")
    + op("NEWOBJ"),
    "show memory by ndarray(...)": by_stack("numpy", "ndarray")
    + op("BININT", (1000).to_bytes(4, "little"))
    + op("TUPLE1")
    + op("REDUCE"),
    "show memory by _reconstruct": by_stack("numpy._core.multiarray", "_reconstruct")
    + by_stack("numpy", "ndarray")
    + op("BININT", (1000).to_bytes(4, "little"))
    + op("TUPLE1")
    + text("f8")
    + op("TUPLE3")
    + op("REDUCE"),
    "a bare compiled tree": by_stack("sklearn.tree._tree", "Tree") + op("EMPTY_TUPLE") + op("NEWOBJ"),
    "a dtype from code": by_stack("numpy", "dtype") + text("i4,(2)f8") + op("TUPLE1") + op("REDUCE"),
    "encode by another codec": by_stack("_codecs", "encode") + text("a") + text("rot13") + op("TUPLE2") + op("REDUCE"),
    "a huge bytearray": by_stack("builtins", "bytearray")
    + op("BININT", (2**31 - 1).to_bytes(4, "little"))
    + op("TUPLE1")
    + op("REDUCE"),
    "a defaultdict that calls": by_stack("collections", "defaultdict") + LOGISTIC + op("TUPLE1") + op("REDUCE"),
    "a partial of a class": by_stack("functools", "partial") + LOGISTIC + op("TUPLE1") + op("REDUCE"),
    "a partial rewired": by_stack("functools", "partial")
    + by_stack("numpy", "clip")
    + op("TUPLE1")
    + op("REDUCE")
    + op("MARK")
    + by_stack("_codecs", "encode")
    + op("EMPTY_TUPLE")
    + op("EMPTY_DICT")
    + op("NONE")
    + op("TUPLE")
    + op("BUILD"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_admitted_names_with_hostile_use_are_refused(name: str, write: Write) -> None:
    """An allow-list of names is not enough: what is done with them is checked too."""
    before = (LogisticRegression.predict, dict(vars(LogisticRegression)))
    error = refused(write(op("PROTO", b"\x04") + HOSTILE[name] + op("STOP")))
    assert error.details["reason"] == "forged", error.internal
    assert before == (LogisticRegression.predict, dict(vars(LogisticRegression)))


def test_a_dtype_that_claims_to_hold_no_objects_is_refused(write: Write) -> None:
    """Forged flags would make numpy take bytes of the file for pointers."""
    record = np.dtype([("a", "O")])
    function, args, state = tuple(record.__reduce__())

    class Forged:
        def __reduce__(self) -> tuple[object, ...]:
            return function, args, (*state[:-1], 0)

    assert refused(write(pickle.dumps(Forged()))).details["reason"] == "forged"


@pytest.mark.parametrize("field", ["left_child", "right_child", "feature"])
def test_a_tree_that_points_outside_itself_is_refused(field: str, write: Write) -> None:
    """Compiled trees follow their indices without looking; the loader looks."""
    model = DecisionTreeClassifier(max_depth=3).fit(np.arange(40).reshape(20, 2), np.arange(20) % 3)
    state = model.tree_.__getstate__()
    for wrong in (10**6, 0) if field != "feature" else (2, 10**6, -7):
        nodes = state["nodes"].copy()
        nodes[field][1 if nodes["left_child"][1] != -1 else 2] = wrong
        forged = {**state, "nodes": nodes}

        class Tree:
            def __reduce__(self, forged: object = forged) -> tuple[object, ...]:
                return (*model.tree_.__reduce__()[:2], forged)

        broken = pickle.dumps(Tree())
        assert refused(write(broken)).details["reason"] == "forged"


def test_a_text_model_that_opens_files_is_refused(write: Write) -> None:
    """input="filename" would read any path a request names and answer with its words."""
    model = CountVectorizer(input="filename", vocabulary=["root"])
    assert refused(write(pickle.dumps(model))).details["reason"] == "forged"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"hello",
        b"\x80\x04.",
        b"PK\x03\x04zip",
        b"x\x9c\x00\x00",
        b"\x1f\x8b\x08broken",
        b"\x80\x04N",
        b"]\x00x",
    ],
)
def test_files_that_are_no_pickles_are_refused_with_a_reason(content: bytes, write: Write) -> None:
    """Whatever the bytes, the answer is a refusal and never a crash."""
    assert refused(write(content)).details["reason"]


def test_the_digest_is_compared_before_anything_is_read(write: Write, tmp_path: Path) -> None:
    """A file changed since its inspection is not interpreted at all."""
    path = write(calling(by_stack("os", "system"), f"touch {tmp_path / 'mark'}"))
    with pytest.raises(ArtefactRefused, match="has changed"):
        load_estimator(path, expected_sha256="0" * 64)
