"""Templates for new environments that an administrator offers: a name, a description and an environment file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from traitlets import Bunch, Dict, List, TraitError, Unicode, validate
from traitlets.config import LoggingConfigurable

from jupyter_envs import formats
from jupyter_envs.errors import EnvsError
from jupyter_envs.formats import Limits

KEYS = {"name", "description", "file", "path"}


@dataclass(frozen=True)
class Template:
    """What is offered; ``problem`` says in a sentence why ``file`` cannot be used, and is empty if it can."""

    name: str
    description: str
    file: str
    filename: str
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``Template``."""
        return asdict(self)


class TemplateSettings(LoggingConfigurable):
    """The part of `Manager` that knows templates. Configured as ``Manager.templates``."""

    templates = List(
        Dict(Unicode(), key_trait=Unicode()),
        help="Templates for new environments: each has a “name”, may have a “description”, and has either “file”, the "
        "text of an environment file, or “path”, where it lies.",
    ).tag(config=True)

    @validate("templates")
    def _are_templates(self, proposal: Bunch) -> list[dict[str, str]]:
        for entry in proposal["value"]:
            unknown = sorted(set(entry) - KEYS)
            if unknown:
                raise TraitError(f"a template has “{unknown[0]}”; known are {', '.join(sorted(KEYS))}")
            if not entry.get("name", "").strip() or ("file" in entry) == ("path" in entry):
                raise TraitError("a template needs a “name”, and either “file” or “path”")
        return list(proposal["value"])


def read_templates(entries: list[dict[str, str]], limits: Limits) -> list[Template]:
    """All templates, as they are now; one that cannot be used says so."""
    return [_read(entry, limits) for entry in entries]


def _read(entry: Mapping[str, str], limits: Limits) -> Template:
    path = Path(entry["path"]) if "path" in entry else None
    filename = path.name if path else "environment.yml"
    text, problem = "", ""
    try:
        text = path.read_text(encoding="utf-8") if path else entry["file"]
        formats.read(text, source=filename, limits=limits)
    except EnvsError as error:
        problem = error.message
    except (OSError, UnicodeError):
        # where it lies is the administrator's business
        problem = f"{filename} cannot be read."
    return Template(entry["name"].strip(), entry.get("description", ""), "" if problem else text, filename, problem)
