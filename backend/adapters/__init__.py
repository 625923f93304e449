"""What is outside the process, each behind a Protocol; named by bootstrap alone."""
