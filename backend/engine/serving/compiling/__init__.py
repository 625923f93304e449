"""Compiling: from a fitted estimator to a compiled form, and the proof that both answer alike.

Runs in the isolated child alone. Knows scikit-learn; what it writes does not.
"""
