"""The description of a compiled model: how values become a matrix, what is done to it, and what answers.

Written by the readers of this package inside the isolated child, kept as JSON beside the arrays it names, and read back
by workers like any other foreign input. Arrays are named, never inlined.

    cells   columns of the contract -> one matrix of float64, shape (rows, width); none where all columns are numbers
    steps   operations on the whole matrix, in scikit-learn's own order
    final   the last estimator
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

COMPILER = 3
"""Raised when a compiled model of before may not be run any more; such a one is compiled again."""

ArrayName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
Index = Annotated[int, Field(ge=0, le=1_000_000)]


class Part(BaseModel):
    """What all parts of a description have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NumberCell(Part):
    """A column copied to one place of the matrix; `fill` stands for null."""

    kind: Literal["number"] = "number"
    column: Index
    at: Index
    fill: float | None = None


class TableCell(Part):
    """A column looked up in a table: `values[i]` becomes row i of `outputs`; null is a value like any other.

    With `takes_unknown`, the last row of `outputs` is for values that are not listed; without, they are refused.
    """

    kind: Literal["table"] = "table"
    column: Index
    at: Index
    width: Annotated[int, Field(ge=0, le=100_000)]
    values: tuple[str | bool | int | float | None, ...]
    outputs: ArrayName
    takes_unknown: bool


Cell = Annotated[NumberCell | TableCell, Field(discriminator="kind")]


class Step(Part):
    """One operation with an array: of shape (width,), of shape (width, new width) for `project`, indices for `take`."""

    kind: Literal["minus", "over", "times", "plus", "at_least", "at_most", "fill", "take", "project"]
    array: ArrayName


Link = Literal["identity", "exp", "logistic", "softmax", "one_vs_rest", "scores"]
"""How raw scores become an answer; `scores` is a classifier without probabilities."""


class Linear(Part):
    """`rows @ coef + intercept`: coef of shape (width, outputs), intercept of shape (outputs,)."""

    kind: Literal["linear"] = "linear"
    coef: ArrayName
    intercept: ArrayName
    link: Link


class Trees(Part):
    """An ensemble of decision trees; what leaves hold is added to sums, tree after tree.

    Arrays: the inner nodes of all trees as `ensemble.NODE` has them, where each tree begins, the values of all leaves,
    shape (leaves, width), and of each tree the sum that the first of them is added to; `start` is what the sums begin
    with. `is_narrow` says that numbers are rounded to float32 before they are compared, as scikit-learn's own trees do.
    """

    nodes: ArrayName
    roots: ArrayName
    values: ArrayName
    targets: ArrayName
    start: ArrayName
    columns: Annotated[int, Field(ge=1, le=1_000_000)]
    is_narrow: bool


class Boosted(Part):
    """Sums of trees as raw scores, shape (rows, outputs), then the link."""

    kind: Literal["boosted"] = "boosted"
    trees: Trees
    link: Link


class Forest(Part):
    """Sums of trees over their number: the shares of the classes, or a number."""

    kind: Literal["forest"] = "forest"
    trees: Trees
    gives: Literal["shares", "number"]


class Graph(Part):
    """Any other estimator as a converter wrote it, in 32 or 64 bits."""

    kind: Literal["graph"] = "graph"
    onnx: ArrayName
    bits: Literal[32, 64]
    labels_from: Literal["shares", "numbers"]


Final = Annotated[Linear | Boosted | Forest | Graph, Field(discriminator="kind")]


class Spec(Part):
    """A whole compiled model."""

    compiler: int
    width: Annotated[int, Field(ge=1, le=1_000_000)]
    """Columns of the matrix before the first step."""
    cells: tuple[Cell, ...] | None
    steps: tuple[Step, ...]
    final: Final

    @property
    def engine(self) -> str:
        """What runs it, for people."""
        if isinstance(self.final, Graph):
            return "ONNX Runtime"
        return "numpy" if isinstance(self.final, Linear) else "tree kernel"
