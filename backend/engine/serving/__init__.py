"""Serving: artefacts read safely, their contracts, validated payloads, runtimes and the cache of loaded models."""
