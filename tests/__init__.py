"""Tests: real databases, real models, real processes."""
