"""One file per metered kind; CATALOGUE holds them all."""
