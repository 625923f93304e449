"""`make bench`: Modelport and seven other ways to serve scikit-learn models, measured in one interleaved run."""
