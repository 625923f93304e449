"""Keys of every sort, as the predictions' tests make them."""

from tests.api.predict.conftest import make_key

__all__ = ["make_key"]
