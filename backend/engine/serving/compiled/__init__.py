"""Compiled models: written once in the isolated process, run by workers that know neither scikit-learn nor pandas."""
