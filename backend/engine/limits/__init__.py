"""Exact rate limits for all processes of a machine: one mapped file; windows, buckets, days and credits in it."""
