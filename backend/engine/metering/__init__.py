"""Metering: the record of a call, the journal it is appended to, and the buckets that records add up to."""
