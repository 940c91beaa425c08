"""The Jupyter Server extension: it parses requests, calls the manager and answers. No engine, no store, no solver."""
