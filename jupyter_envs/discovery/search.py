"""The search: every candidate once, links resolved, inspected, and given a name of its own."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from jupyter_envs.discovery.candidates import candidates, reason
from jupyter_envs.discovery.inspecting import Broken, inspect
from jupyter_envs.discovery.values import Candidate, Discovery, Foreign, Places, Problem

NAME_LENGTH = 64


def discover(places: Places) -> Discovery:
    """Look everywhere. Raises nothing: what cannot be read or used becomes a `Problem`."""
    problems: list[Problem] = []
    found = []
    for candidate in once(candidates(places, problems.append), places):
        try:
            # a name that is no text could not be told to anybody
            candidate.path.encode("utf-8")
            foreign = inspect(candidate)
        except (Broken, OSError, ValueError) as error:
            path = candidate.path.encode("utf-8", "replace").decode("utf-8")
            problems.append(Problem(path, f"The environment {path} cannot be used: {reason(error)}."))
            continue
        if foreign is not None:
            found.append(foreign)
    named = sorted(with_names(found, places), key=lambda foreign: foreign.name.lower())
    return Discovery(tuple(named), tuple(problems))


def once(found: Iterator[Candidate], places: Places) -> Iterator[Candidate]:
    """Each folder once, by its real path, and nothing of our own store."""
    own = os.path.realpath(places.own) + os.sep if places.own else None
    seen = set()
    for candidate in found:
        path = os.path.realpath(candidate.path)
        if path not in seen and not (own and path.startswith(own)):
            seen.add(path)
            yield replace(candidate, path=path)


def with_names(found: Sequence[Foreign], places: Places) -> Iterator[Foreign]:
    """Each with a name that no other has and that a kernel can have: plain, with its source, or with part of a hash."""
    settled = {name.lower() for name in places.names.values()}
    taken = {name.lower() for name in places.taken} | settled
    free = [foreign for foreign in found if str(foreign.prefix) not in places.names]
    plain = Counter(clean(foreign.name).lower() for foreign in free)
    qualified = Counter(clean(f"{foreign.name}-{foreign.source}").lower() for foreign in free)
    for foreign in found:
        known = places.names.get(str(foreign.prefix))
        simple, longer = clean(foreign.name), clean(f"{foreign.name}-{foreign.source}")
        if known is not None:
            yield replace(foreign, name=known)
        elif plain[simple.lower()] == 1 and simple.lower() not in taken:
            yield replace(foreign, name=simple)
        elif qualified[longer.lower()] == 1 and longer.lower() not in taken and longer.lower() not in plain:
            yield replace(foreign, name=longer)
        else:
            mark = hashlib.sha256(str(foreign.prefix).encode("utf-8", "surrogateescape")).hexdigest()[:6]
            yield replace(foreign, name=f"{longer[: NAME_LENGTH - 7]}-{mark}")


def clean(name: str) -> str:
    """The name with nothing in it that no environment's name may have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-")[:NAME_LENGTH] or "environment"
