"""Why a model is not compiled, in words its owner understands."""

from __future__ import annotations


class NotCompiled(Exception):
    """There is no compiled way for this model, or for this part of it."""
