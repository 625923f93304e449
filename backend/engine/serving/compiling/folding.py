"""Folds scaling into a linear model: (x - m) / s @ W + b is x @ (W / s) + (b - m / s @ W).

Used by the candidates, for one operation instead of several. Rounds in other places, so it is tried like any candidate,
and the unfolded one stands behind it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.engine.serving.compiled.spec import Linear
from backend.engine.serving.compiling.finals import Read
from backend.engine.serving.compiling.transforms import Inputs

_AFFINE: Final = frozenset({"minus", "over", "times", "plus"})


def folded_into(read: Read, inputs: Inputs) -> tuple[Read, Inputs] | None:
    """Give a linear final that takes unscaled rows; None where there is nothing to fold, or what does not fold."""
    if not isinstance(read.final, Linear) or not inputs.steps or not _AFFINE.issuperset(s.kind for s in inputs.steps):
        return None
    scale, offset = np.ones(inputs.width), np.zeros(inputs.width)
    for step in inputs.steps:
        array = inputs.arrays[step.array]
        if step.kind == "minus":
            offset = offset - array
        elif step.kind == "plus":
            offset = offset + array
        elif step.kind == "times":
            scale, offset = scale * array, offset * array
        else:
            scale, offset = scale / array, offset / array
    coef = read.arrays[read.final.coef]
    arrays = {
        read.final.coef: np.ascontiguousarray(scale[:, None] * coef),
        read.final.intercept: read.arrays[read.final.intercept] + offset @ coef,
    }
    used = {step.array for step in inputs.steps}
    rest = {name: array for name, array in inputs.arrays.items() if name not in used}
    bare = Inputs(inputs.width, inputs.cells, [], rest, inputs.columns)
    return Read(f"{read.name}, scaling folded in", read.final, arrays), bare
