"""Telling the front end that something has changed: a hint to read it again, never the content."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from jupyter_events import EventLogger

SCHEMA_FILE = Path(__file__).parent / "change.yaml"
SCHEMA_ID = "https://schema.jupyter.org/jupyter_envs/change/v1"

Resource = Literal["environments", "pins", "jobs"]
Action = Literal["created", "changed", "removed"]


class Events:
    """Emits changes on Jupyter's event bus. To be called on the event loop's thread."""

    def __init__(self, logger: EventLogger) -> None:
        self._logger = logger
        if SCHEMA_ID not in logger.schemas:
            logger.register_event_schema(SCHEMA_FILE)

    def emit(self, resource: Resource, id: str, action: Action) -> None:
        """Say that the resource with this id (a job's id, an environment's name, a notebook's path) has changed."""
        self._logger.emit(schema_id=SCHEMA_ID, data={"resource": resource, "id": id, "action": action})
