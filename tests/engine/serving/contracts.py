"""Contracts for tests that read bodies."""

from __future__ import annotations

from typing import Any

from backend.engine.serving.contract import Column, Contract


def contract(*columns: Column, named: bool = True, container: Any = "frame") -> Contract:
    """Give the contract of a regression on some columns."""
    return Contract(
        named=named,
        columns=columns,
        task="regression",
        classes=None,
        outputs=1,
        example={},
        estimator="Ridge",
        pipeline=("Ridge",),
        sklearn_version="1.9",
        container=container,
    )
