"""Which of two versions is newer, as conda and as pip say it, and whether a version meets a match spec's condition.

Text order is neither: 1.10 is newer than 1.9, 1.0a1 older than 1.0, and 1.0.post1 newer.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from packaging.version import InvalidVersion, Version

from .models import Manager

# letters are older than numbers, "post" is newer than any; a missing part counts as 0
Atom = tuple[int, int, str]
ZERO: Atom = (1, 0, "")
_ATOM = re.compile(r"[0-9]+|[*]+|[^0-9*]+")
_CONDITION = re.compile(r"(~=|[<>=!]=|[<>=])?(.*)\Z", re.DOTALL)
_UNDERSTOOD = re.compile(r"[\w.+!*-]+\Z", re.ASCII)


def compare(one: str, other: str, manager: Manager = "conda") -> int:
    """Below 0 if ``one`` is older than ``other``, above 0 if it is newer, 0 if they are the same version."""
    if manager == "pip":
        try:
            first, second = Version(one), Version(other)
        except InvalidVersion:
            pass
        else:
            return (first > second) - (first < second)
    return _compare_conda(one, other)


def minor(version: str) -> str:
    """``3.12`` of ``3.12.1``: of Python, what wheels are made for."""
    return ".".join(version.split(".")[:2])


def any_of_minor(version: str) -> str:
    """The condition (PEP 440) for all of the same minor version: ``==3.12.*`` of ``3.12.1``; empty for no version."""
    return f"=={minor(version)}.*" if version else ""


def satisfies(version: str, condition: str) -> bool | None:
    """Whether a conda version meets a match spec's condition (``>=1.26,<2``); None for a condition not understood.

    Regular expressions and parentheses are not understood.
    """
    choices = [[_meets(version, single) for single in choice.split(",")] for choice in condition.split("|")]
    verdicts = [None if None in found else all(found) for found in choices]
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _meets(version: str, single: str) -> bool | None:
    found = _CONDITION.match(single.strip())
    operator, wanted = (found[1] or "", found[2].strip()) if found else ("", "")
    if wanted == "*" and not operator:
        return True
    if not _UNDERSTOOD.match(wanted):
        return None
    if operator in ("<", "<=", ">", ">="):
        order = _compare_conda(version, wanted.rstrip("*").rstrip("."))
        return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]
    if operator == "~=":
        stem = wanted.rpartition(".")[0]
        return _compare_conda(version, wanted) >= 0 and _starts_with(version, stem)
    fuzzy = wanted.endswith("*") or operator == "="
    stem = wanted.rstrip("*").rstrip(".")
    if "*" in stem:
        return None
    same = _starts_with(version, stem) if fuzzy else _compare_conda(version, wanted) == 0
    return same is not (operator == "!=")


def _starts_with(version: str, stem: str) -> bool:
    """Whether a version is ``stem`` or goes on behind it with another part."""
    return (
        version == stem
        or version.startswith((f"{stem}.", f"{stem}_", f"{stem}+"))
        or _compare_conda(version, stem) == 0
    )


def _compare_conda(one: str, other: str) -> int:
    for mine, theirs in zip(_parts(one), _parts(other), strict=True):
        for left, right in zip_longest(mine, theirs, fillvalue=[ZERO]):
            for first, second in zip_longest(left, right, fillvalue=ZERO):
                if first != second:
                    return 1 if first > second else -1
    return 0


def _parts(version: str) -> tuple[list[list[Atom]], list[list[Atom]], list[list[Atom]]]:
    """Epoch, version and local version, each as parts of atoms."""
    text = version.lower().strip()
    epoch, mark, rest = text.partition("!")
    public, _, local = (rest if mark else text).partition("+")
    return _split(epoch if mark else "0"), _split(public), _split(local) if local else []


def _split(text: str) -> list[list[Atom]]:
    """``1.0rc2`` → 1, then 0 rc 2; an underscore at the end belongs to the last part, as in OpenSSL's versions."""
    body = text.replace("-", "_")
    tail = "_" if body.endswith("_") else ""
    parts = body.rstrip("_").replace("_", ".").split(".")
    parts[-1] += tail
    return [_atoms(part) for part in parts]


def _atoms(part: str) -> list[Atom]:
    atoms = [_atom(word) for word in _ATOM.findall(part)]
    # a part that begins with letters has an unwritten 0 before them
    return atoms if atoms and part[0].isdigit() else [ZERO, *atoms]


def _atom(word: str) -> Atom:
    if word.isdigit():
        return (1, int(word), "")
    return {"post": (2, 0, ""), "dev": (0, 0, "DEV")}.get(word, (0, 0, word))
