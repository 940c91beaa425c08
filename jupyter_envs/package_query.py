"""Which package somebody looks for in their environments: ``numpy``, ``numpy 1.26``, ``numpy<2``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from jupyter_envs.errors import InvalidInput
from jupyter_envs.versions import satisfies

# (name, version)
Held = tuple[str, str]
# characters; no package has a longer name
LONGEST = 120
_QUERY = re.compile(r"\s*([\w.-]+)\s*((?:[<>=!~].*|[\d*].*)?)\Z", re.DOTALL | re.ASCII)


@dataclass(frozen=True)
class PackageQuery:
    """How a package's name, or a word of it, begins, and a condition on its version, which may be empty."""

    name: str
    condition: str = ""

    def holds(self, packages: Iterable[Held]) -> list[Held]:
        """The packages that fit: of just that name, then those whose name begins with it, then the others, by name."""
        fitting = [
            (name, version)
            for name, version in packages
            if f"-{self.name}" in f"-{name}" and (not self.condition or satisfies(version, self.condition))
        ]
        return sorted(fitting, key=lambda held: (held[0] != self.name, not held[0].startswith(self.name), held))


def parse(text: str) -> PackageQuery:
    """A query as people write it; a version without an operator means that version and what is more exact.

    Raises `InvalidInput` for what names no package, and for a condition that is not understood.
    """
    found = _QUERY.match(text) if len(text) <= LONGEST else None
    name = canonicalize_name(found[1]).strip("-") if found else ""
    if found is None or not name:
        raise InvalidInput(
            f"“{text[:LONGEST]}” names no package.",
            hints=("Give a name or how it begins, and a version if you like: numpy, “numpy 1.26”, “numpy<2”.",),
            key="package",
        )
    condition = re.sub(r"\s+", "", found[2])
    if condition[:1].isdigit():
        condition = f"={condition}"
    if condition and satisfies("1", condition) is None:
        hints = ("Versions are compared by =, ==, !=, <, <=, >, >= and ~=, with commas between conditions.",)
        raise InvalidInput(f"The version in “{text}” is not understood.", hints=hints, key="package")
    return PackageQuery(name, condition)
