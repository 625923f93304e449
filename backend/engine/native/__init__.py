"""What C does: trees are walked and rows are read there, in one library that `make kernel` builds.

Everything here has a way without it, for machines without a compiler.
"""
