"""What C does: trees are walked, rows are read, known callers admitted, in one library that `make kernel` builds.

Everything here has a way without it, for machines without a compiler.
"""
