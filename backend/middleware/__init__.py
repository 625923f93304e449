"""What surrounds a request: identity, errors, headers, bounds."""
