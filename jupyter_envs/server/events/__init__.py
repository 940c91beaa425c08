"""Telling the front end that something has changed: a hint to read it again, never the content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from jupyter_events import EventLogger

SCHEMA_FILE = Path(__file__).parent / "change.yaml"
# Jupyter Server's own
KERNEL_ACTIONS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"
SCHEMA_ID = "https://schema.jupyter.org/jupyter_envs/change/v1"

Resource = Literal["environments", "pins", "jobs"]
Action = Literal["created", "changed", "removed"]


class Events:
    """Emits changes on Jupyter's event bus. To be called on the event loop's thread."""

    def __init__(self, logger: EventLogger) -> None:
        self._logger = logger
        if SCHEMA_ID not in logger.schemas:
            logger.register_event_schema(SCHEMA_FILE)

    def on_kernel_start(self, call: Callable[[str], None]) -> None:
        """Have ``call`` told the name of each kernel that the server starts or restarts."""

        async def listen(logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
            if data.get("action") in ("start", "restart") and data.get("kernel_name"):
                call(str(data["kernel_name"]))

        if KERNEL_ACTIONS in self._logger.schemas:
            self._logger.add_listener(schema_id=KERNEL_ACTIONS, listener=listen)

    def emit(self, resource: Resource, id: str, action: Action) -> None:
        """Say that the resource with this id (a job's id, an environment's name, a notebook's path) has changed."""
        self._logger.emit(schema_id=SCHEMA_ID, data={"resource": resource, "id": id, "action": action})
