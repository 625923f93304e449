"""Modelport: a trained scikit-learn model as a keyed, metered, monitored REST endpoint."""
