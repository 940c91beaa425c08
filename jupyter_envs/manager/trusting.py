"""The settings that say from where packages may come, and the administrator's, which a user cannot widen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_core import paths
from traitlets import Bool, List, Unicode
from traitlets.config import LoggingConfigurable

from jupyter_envs.errors import InvalidFile
from jupyter_envs.trust import Rules, Trust

FILE = "jupyter_envs_config.json"
LISTS = ("allowed_channels", "allowed_indexes")


class TrustSettings(LoggingConfigurable):
    """The part of `Manager` that knows whom to trust. Configured as ``Manager.…``."""

    allowed_channels = List(
        Unicode(),
        help="Addresses of channels that packages may come from, or plain names such as conda-forge; empty for all.",
    ).tag(config=True)
    allowed_indexes = List(
        Unicode(),
        help="Addresses of the package indexes that pip packages may come from, “default” for the one that is asked "
        "where none is configured; empty for all. An index whose files are on another host needs that host, too.",
    ).tag(config=True)
    allow_addresses = Bool(True, help="Allow requests to name packages by addresses of their own.").tag(config=True)
    allow_source_builds = Bool(
        False,
        help="Allow pip packages that have to be built, which runs their code. They are named in the plan and built "
        "when the environment is, never before.",
    ).tag(config=True)

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        try:
            refused = any(not policy.builds for policy in policies())
        except InvalidFile:
            # told when a job begins
            refused = True
        if refused and self.allow_source_builds:
            self.log.warning("Source builds stay off: the administrator's %s says so.", FILE)
            self.allow_source_builds = False

    def trust_rules(self) -> Rules:
        """What counts now. Raises `InvalidFile` for a file of the administrator's that is not understood."""
        own = Trust(tuple(self.allowed_channels), tuple(self.allowed_indexes), self.allow_addresses)
        return Rules((own, *(policy.trust for policy in policies())))


@dataclass(frozen=True)
class Policy:
    """What one file of an administrator's says."""

    trust: Trust
    builds: bool


def policies() -> Iterator[Policy]:
    """The settings of this kind in the machine's and the installation's `jupyter_envs_config.json`.

    They are the same files that Jupyter reads first, and in which a user's own files may change everything; so they
    are read once more here, to hold what is said there against it. Raises `InvalidFile`.
    """
    for folder in dict.fromkeys([*paths.ENV_CONFIG_PATH, *paths.SYSTEM_CONFIG_PATH]):
        path = Path(folder, FILE)
        if path.is_file():
            yield read_policy(path)


def read_policy(path: Path) -> Policy:
    """One file. Raises `InvalidFile`: rules that are not understood allow nothing."""
    try:
        section = json.loads(path.read_text(encoding="utf-8")).get("Manager", {})
        lists = [texts(section.get(key, [])) for key in LISTS]
        flags = [section.get("allow_addresses", True), section.get("allow_source_builds", True)]
        if not all(isinstance(flag, bool) for flag in flags):
            raise ValueError("a flag is neither true nor false")
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise InvalidFile(
            f"The administrator's settings in {path} are not understood.",
            hints=("Nothing is installed until they are mended.",),
            path=str(path),
        ) from error
    return Policy(Trust(lists[0], lists[1], flags[0]), flags[1])


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts. Raises `ValueError`."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError("not a list of texts")
    return tuple(value)
