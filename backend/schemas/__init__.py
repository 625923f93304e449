"""Pydantic shapes of what comes in and goes out, one file a noun."""
