"""Tests of the shared state and the sliding windows: real processes, really killed."""
