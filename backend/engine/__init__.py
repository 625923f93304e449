"""Pure computing: serving, metering, limits, keys. Knows no Flask and no SQL."""
