"""Tests of serving: artefacts, contracts, payloads, runtimes, cache."""
