"""Reads the transformers in front of the last estimator: columns become cells, the rest becomes steps.

Used by the candidates. What an encoder makes of a category is found by asking it, so that its options (dropped, rare
and unknown categories, orders, targets) need no reading. Goes by exact type, since a subclass may do anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.column_parts import ColumnParts, Part
from backend.engine.serving.compiled.spec import Cell, NumberCell, Step, TableCell
from backend.engine.serving.compiling.refusal import NotCompiled
from backend.engine.serving.contract import Contract
from backend.engine.serving.direct import unrolled
from backend.engine.serving.payload import Batch

_ENCODERS: Final = {"OneHotEncoder", "OrdinalEncoder", "TargetEncoder"}
_UNHEARD_OF: Final = "a category nobody has seen"
_NEUTRAL: Final = {"minus": 0.0, "over": 1.0, "times": 1.0, "plus": 0.0, "at_least": -np.inf, "at_most": np.inf}
_TABLE_MAX: Final = 100_000
Operation = tuple[str, Array]


@dataclass(slots=True)
class Inputs:
    """What stands before the last estimator; grows while it is read."""

    width: int
    cells: list[Cell] | None = None
    steps: list[Step] = field(default_factory=list)
    arrays: dict[str, Array] = field(default_factory=dict)
    columns: int = 0
    """Columns of the matrix after the steps."""

    def keep(self, name: str, array: Array) -> str:
        """Keep an array under a name of its own; give that name."""
        name = f"{name}_{len(self.arrays)}"
        self.arrays[name] = np.ascontiguousarray(array)
        return name

    def do(self, kind: Any, array: Array) -> None:  # noqa: ANN401 - a step's kind, checked by the step
        """Add a step."""
        self.steps.append(Step(kind=kind, array=self.keep(kind, array)))


def inputs_of(steps: Sequence[Foreign], contract: Contract) -> Inputs:
    """Read the transformers of a pipeline whose estimators know no column names.

    Raises:
        NotCompiled: one of them has no compiled way.
    """
    first, rest = (steps[0], steps[1:]) if steps else (None, [])
    if first is not None and ColumnParts.supports(first):
        inputs = _from_parts(ColumnParts(first, contract).parts, contract)
    elif first is not None and type(first).__name__ in _ENCODERS:
        inputs = _from_parts([Part.over_all(first, contract)], contract)
    else:
        if not all(column.type != "string" and column.required for column in contract.columns):
            raise NotCompiled("it takes texts")
        inputs, rest = Inputs(len(contract.columns), columns=len(contract.columns)), steps
    for step in rest:
        _add_step(inputs, step)
    return inputs


def _add_step(inputs: Inputs, step: Foreign) -> None:
    operations = _elementwise(step, inputs.columns)
    if operations is not None:
        for kind, array in operations:
            inputs.do(kind, array)
        return
    name = _name_of(step)
    if hasattr(step, "get_support") and name.startswith("sklearn.feature_selection."):
        chosen = np.flatnonzero(step.get_support())
        inputs.do("take", chosen)
        inputs.columns = len(chosen)
    elif name in {"sklearn.decomposition._pca.PCA", "sklearn.decomposition._truncated_svd.TruncatedSVD"}:
        _project(inputs, step)
    else:
        raise NotCompiled(f"{type(step).__name__} has no compiled way")


def _project(inputs: Inputs, step: Foreign) -> None:
    if getattr(step, "mean_", None) is not None:
        inputs.do("minus", step.mean_)
    inputs.do("project", step.components_.T)
    inputs.columns = len(step.components_)
    if getattr(step, "whiten", False):
        inputs.do("over", np.sqrt(step.explained_variance_))


def _from_parts(parts: Sequence[Part], contract: Contract) -> Inputs:
    cells: list[Cell] = []
    tables: list[tuple[int, Array]] = []
    done: list[tuple[int, list[Operation]]] = []
    at = 0
    for part in parts:
        steps, last = unrolled(part.transformer)
        if any(type(step).__name__ in _ENCODERS for step in (*steps, last)):
            for cell, outputs in _tables_of(part, contract, at):
                tables.append((len(cells), outputs))
                cells.append(cell)
            at += sum(outputs.shape[1] for _, outputs in tables[-len(part.positions) :])
            continue
        fill, operations = _numbers_of([*steps, last], len(part.positions))
        cells += [NumberCell(column=column, at=at + i, fill=fill[i]) for i, column in enumerate(part.positions)]
        done.append((at, operations))
        at += len(part.positions)
    inputs = Inputs(at, cells, columns=at)
    for place, outputs in tables:
        cells[place] = cells[place].model_copy(update={"outputs": inputs.keep("table", outputs)})
    for start, operations in done:
        for kind, array in operations:
            whole = np.full(at, _NEUTRAL[kind])
            whole[start : start + len(array)] = array
            inputs.do(kind, whole)
    return inputs


def _numbers_of(chain: Sequence[Foreign], width: int) -> tuple[list[float | None], list[Operation]]:
    """Give what stands for null in each column, and the operations on them, in order."""
    fill: list[float | None] = [None] * width
    operations: list[Operation] = []
    for step in chain:
        found = _elementwise(step, width)
        if found is None:
            raise NotCompiled(f"{type(step).__name__} has no compiled way")
        for kind, array in found:
            if kind != "fill":
                operations.append((kind, array))
            elif operations:
                raise NotCompiled("gaps are filled after scaling")
            else:
                fill = array.tolist()
    return fill, operations


def _tables_of(part: Part, contract: Contract, at: int) -> list[tuple[TableCell, Array]]:
    """Ask an encoder what it makes of each category of each of its columns."""
    steps, last = unrolled(part.transformer)
    encoder = next(step for step in (*steps, last) if type(step).__name__ in _ENCODERS)
    known = [[_plain(value) for value in categories] for categories in encoder.categories_]
    widths = getattr(encoder, "_n_features_outs", None) or [1] * len(known)
    if sum(map(len, known)) > _TABLE_MAX:
        raise NotCompiled(f"it has more than {_TABLE_MAX} categories")
    usual = [values[0] for values in known]
    found: list[tuple[TableCell, Array]] = []
    start = 0
    for place, (values, width) in enumerate(zip(known, widths, strict=True)):
        asked = [value for value in values if value is not None]
        outputs = _asked(part, contract, usual, place, asked)
        gap = _asked_or_none(part, contract, usual, place, None)
        unknown = _asked_or_none(part, contract, usual, place, _unheard_of(asked))
        rows = [outputs] if gap is None else [outputs, gap]
        listed = asked if gap is None else [*asked, None]
        rows = rows if unknown is None else [*rows, unknown]
        table = np.concatenate(rows)
        if table.shape[1] != sum(widths):
            raise NotCompiled("an encoder is followed by what mixes its columns")
        cell = TableCell(
            column=part.positions[place],
            at=at + start,
            width=width,
            values=tuple(listed),
            outputs="table",
            takes_unknown=unknown is not None,
        )
        found.append((cell, table[:, start : start + width]))
        start += width
    return found


def _asked(part: Part, contract: Contract, usual: Sequence[Any], place: int, values: Sequence[Any]) -> Array:
    """Give the part's rows for some values of one of its columns; the others hold their first category."""
    columns: list[list[Any]] = [[None] * len(values) for _ in contract.columns]
    for other, position in enumerate(part.positions):
        columns[position] = list(values) if other == place else [usual[other]] * len(values)
    given = part.model.transform(part.feed(Batch(len(values), False, columns=tuple(columns))))  # noqa: FBT003 - many
    rows: Array = np.asarray(given.toarray() if hasattr(given, "toarray") else given, dtype=np.float64)
    return rows


def _asked_or_none(part: Part, contract: Contract, usual: Sequence[Any], place: int, value: object) -> Array | None:
    try:
        return _asked(part, contract, usual, place, [value])
    except (ValueError, TypeError):  # it refuses what it does not know
        return None


def _unheard_of(known: Sequence[Any]) -> object:
    """Give a value of the same type that is no category."""
    if known and all(isinstance(value, bool) for value in known):
        return None
    if known and all(isinstance(value, int | float) for value in known):
        return max(known) + 1
    return _UNHEARD_OF


def _elementwise(step: Foreign, width: int) -> list[Operation] | None:
    """Give the operations of a transformer that treats each column alone; None for any other."""
    reader = _ELEMENTWISE.get(_name_of(step))
    operations = None if reader is None else reader(step)
    if operations is not None and any(len(array) != width for _, array in operations):
        return None
    return operations


def _standard(step: Foreign) -> list[Operation]:
    minus = [("minus", step.mean_)] if step.with_mean else []
    return minus + ([("over", step.scale_)] if step.with_std else [])


def _min_max(step: Foreign) -> list[Operation]:
    operations: list[Operation] = [("times", step.scale_), ("plus", step.min_)]
    if step.clip:
        low, high = step.feature_range
        operations += [("at_least", np.full(len(step.scale_), low)), ("at_most", np.full(len(step.scale_), high))]
    return operations


def _max_abs(step: Foreign) -> list[Operation] | None:
    return None if getattr(step, "clip", False) else [("over", step.scale_)]


def _robust(step: Foreign) -> list[Operation]:
    minus = [("minus", step.center_)] if step.with_centering else []
    return minus + ([("over", step.scale_)] if step.with_scaling else [])


def _imputer(step: Foreign) -> list[Operation] | None:
    statistics = np.asarray(step.statistics_)
    is_plain = statistics.dtype.kind == "f" and np.isfinite(statistics).all() and not step.add_indicator
    is_gap = isinstance(step.missing_values, float) and np.isnan(step.missing_values)
    return [("fill", statistics)] if is_plain and is_gap else None


def _same(step: Foreign) -> list[Operation] | None:
    return [] if step.func is None else None


_ELEMENTWISE: Final[dict[str, Callable[[Foreign], list[Operation] | None]]] = {
    "sklearn.preprocessing._data.StandardScaler": _standard,
    "sklearn.preprocessing._data.MinMaxScaler": _min_max,
    "sklearn.preprocessing._data.MaxAbsScaler": _max_abs,
    "sklearn.preprocessing._data.RobustScaler": _robust,
    "sklearn.preprocessing._function_transformer.FunctionTransformer": _same,
    "sklearn.impute._base.SimpleImputer": _imputer,
}


def _plain(value: object) -> Any:  # noqa: ANN401 - a category as JSON has it
    found = value.item() if isinstance(value, np.generic) else value
    return None if found is None or found != found else found  # noqa: PLR0124 - NaN is how a gap is written


def _name_of(part: object) -> str:
    return f"{type(part).__module__}.{type(part).__qualname__}"
