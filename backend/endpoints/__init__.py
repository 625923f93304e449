"""One file per metered kind. A new kind is one file here and one line in CATALOGUE."""

from backend.endpoints.ml_predict import MLPredict

CATALOGUE = (MLPredict,)

__all__ = ["CATALOGUE", "MLPredict"]
