"""Whether environments are as they were made, as far as anybody has looked. Nothing is looked at for its sake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from jupyter_envs.models import Difference, Environment

Condition = Literal["as-made", "changed", "changed-by-pip", "damaged"]
"""``changed`` are packages that are not as locked, ``damaged`` are files that are not as their packages say."""


@dataclass(frozen=True)
class _Known:
    """What was seen of one generation."""

    generation: str
    packages: Condition = "as-made"
    damaged: bool = False


class Conditions:
    """What was last seen of each environment, until this process ends; of another generation nothing is known."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def packages_differ(self, environment: Environment, found: Sequence[Difference]) -> None:
        """Somebody has held the packages against the environment's lock."""
        by_pip = all(difference.manager == "pip" for difference in found)
        condition: Condition = "as-made" if not found else "changed-by-pip" if by_pip else "changed"
        self._known[environment.name] = replace(self._of(environment), packages=condition)

    def files_differ(self, environment: Environment, damaged: bool) -> None:
        """Somebody has held the files against what their packages say."""
        self._known[environment.name] = replace(self._of(environment), damaged=damaged)

    def of(self, environment: Environment) -> Condition:
        """What is known of an environment; ``as-made`` where nothing is."""
        known = self._of(environment)
        return "damaged" if known.damaged else known.packages

    def _of(self, environment: Environment) -> _Known:
        known = self._known.get(environment.name)
        return known if known and known.generation == environment.current else _Known(environment.current)
