"""ONNX Runtime as this product runs it: one thread, no spinning, no memory kept back.

Used by the compiled runtime and by the proof. Imported only where a model needs it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.engine.foreign import Array

Run = Callable[[Array], list[Array]]


def session_of(model: Array | bytes, *, is_optimised: bool = False) -> Run:
    """Give the function that runs a model: rows in, one array for each of its outputs.

    Args:
        model: an ONNX model, serialised, with one input.
        is_optimised: look for a shorter graph first; a model of one node has none, and is loaded a quarter sooner.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Requests are what runs in parallel here; a pool in each model would fight over the cores.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    if not is_optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    content = model.tobytes() if isinstance(model, np.ndarray) else model
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    outputs = [output.name for output in session.get_outputs()]
    run = session.run

    def answer(rows: Array) -> list[Array]:
        found: list[Array] = run(outputs, {name: rows})
        return found

    return answer
