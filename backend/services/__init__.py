"""The rules: what may happen to models, exports, keys, calls and accounts. Knows SQL, knows no HTTP."""
