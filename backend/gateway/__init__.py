"""The one way in for every metered call. Knows no Flask and no kind."""
