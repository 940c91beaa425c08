"""``environment.json``: an environment's name and the history of its generations, as text values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .models import Environment, Generation, Intent
from .naming import NAME

SCHEMA_VERSION = 1


def parse(data: dict[str, Any]) -> Environment:
    """`environment.json` → value; raises ValueError, KeyError or TypeError for anything else."""
    if data["version"] != SCHEMA_VERSION:
        raise ValueError(f"version {data['version']}")
    generations = tuple(Generation(**{**item, "kernels": tuple(item["kernels"])}) for item in data["generations"])
    words = str(data.get("note", "")), tuple(map(str, data.get("tags", ())))
    pending = Intent(**data["pending"]) if data.get("pending") else None
    environment = Environment(data["name"], data["current"], generations, *words, pending=pending)
    folders = [name for known in generations for name in (known.id, known.folder or known.id)]
    if not all(
        isinstance(name, str) and NAME.fullmatch(name)
        for name in (environment.name, *folders, *([pending.id] if pending else []))
    ):
        raise ValueError("a name leads elsewhere")
    if all(generation.id != environment.current for generation in generations):
        raise ValueError("the current generation is not listed")
    return environment


def to_json(environment: Environment) -> dict[str, Any]:
    """Value → `environment.json`."""
    return {"version": SCHEMA_VERSION, **asdict(environment)}
