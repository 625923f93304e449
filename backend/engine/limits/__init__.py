"""Exact rate limits for all processes of a machine: one mapped file, sliding windows over it."""
