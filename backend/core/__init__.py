"""What every floor may use: errors, ids, time, JSON, logging, ports. Imports nothing of the project."""
