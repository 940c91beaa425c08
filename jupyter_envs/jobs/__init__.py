"""Long operations: queued → running → done, failed or cancelled.

A job always ends in one of the last three states, whatever its work does, and its snapshot may be read as often as
wanted. What the work does is not known here: no environment, no package, no HTTP.
"""

from jupyter_envs.jobs.queue import Jobs, Listener, Work
from jupyter_envs.jobs.snapshot import Action, Job, State

__all__ = ["Action", "Job", "Jobs", "Listener", "State", "Work"]
