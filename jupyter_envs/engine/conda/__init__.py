"""Everything that py-rattler does for us, and the only place that imports it. Runs in the worker process."""
