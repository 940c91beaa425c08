"""How fast, compared with what: run by hand with ``python -m tests.benchmarks``."""
