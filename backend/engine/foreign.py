"""The name for objects of libraries that ship no types: scikit-learn's estimators, scipy's matrices, pickle's stack.

Used across serving where an annotation must admit them. Never used for our own objects.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Foreign: TypeAlias = Any
Array: TypeAlias = np.ndarray[Any, Any]
