"""Which package names answer what somebody types, and in which order. Texts in, texts out."""

from __future__ import annotations

from collections.abc import Iterable


def rank(names: Iterable[str], text: str) -> list[str]:
    """The names that hold ``text``: the name itself, then those that begin with it, then the others.

    Within a group the shorter name comes first, then the alphabet decides. Case does not count.
    """
    wanted = text.lower()
    found = [(place(name, wanted), len(name), name) for name in names if wanted in name]
    return [name for _, _, name in sorted(found)]


def place(name: str, wanted: str) -> int:
    """The group of a name that holds what is wanted."""
    if name == wanted:
        return 0
    return 1 if name.startswith(wanted) else 2
