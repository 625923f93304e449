"""Names under which the reference documents import parts of the backend."""
