"""Two sides compared, each a set of packages or an environment file, which holds wishes. Pure.

Packages are compared by `differences`. Wishes have no order: a condition that is another one is "changed", unless
both sides ask for just one version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from . import differences, matchspec, piplines, versions
from .envfile import selectors
from .models import Manager, Package, Spec
from .wording import counted

Kind = Literal["added", "removed", "up", "down", "rebuilt", "changed"]
KINDS: tuple[Kind, ...] = ("added", "removed", "up", "down", "rebuilt", "changed")
Wishes = dict[tuple[Manager, str], str]

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)\Z", re.DOTALL)
_ONE_VERSION = re.compile(r"(?:==)?\s*([A-Za-z0-9][\w.!+-]*)(?: ([\w.+]+))?\Z")


@dataclass(frozen=True)
class Change:
    """One package that is not the same; ``before`` and ``after`` are versions or conditions, None where it is absent.

    ``platform`` is empty where wishes are compared.
    """

    kind: Kind
    name: str
    manager: Manager
    platform: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    """All changes, by platform and name; ``notes`` say what was not compared, and what differs besides packages."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """``{"same", "platforms": [{"platform", "changes": […]}], "notes"}``."""
        platforms = dict.fromkeys(change.platform for change in self.changes)
        grouped = [
            {
                "platform": platform,
                "changes": [
                    {key: value for key, value in asdict(change).items() if key != "platform"}
                    for change in self.changes
                    if change.platform == platform
                ],
            }
            for platform in platforms
        ]
        return {"same": not self.changes, "platforms": grouped, "notes": list(self.notes)}


def compare(before: Spec | Sequence[Package], after: Spec | Sequence[Package]) -> Comparison:
    """What has to change to get from one side to the other."""
    if isinstance(before, Spec):
        return _wishes_of(before, after) if isinstance(after, Spec) else _unmet(before, after, wish_first=True)
    return _unmet(after, before, wish_first=False) if isinstance(after, Spec) else _packages(before, after)


def _packages(before: Sequence[Package], after: Sequence[Package]) -> Comparison:
    """On the platforms that both sides have; a side without any package has all of them."""
    old, new = ({package.platform for package in side} for side in (before, after))
    both = old & new if old and new else old | new
    found = differences.between(*([one for one in side if one.platform in both] for side in (before, after)))
    changes = tuple(Change(one.kind, one.name, one.manager, one.platform, one.before, one.after) for one in found)
    sides = (("first", old), ("second", new))
    return Comparison(changes, tuple(_only(side, one) for side, has in sides for one in sorted(has - both)))


def _only(side: str, platform: str) -> str:
    return f"Only the {side} has packages for {platform}: they are not compared."


def _wishes_of(before: Spec, after: Spec) -> Comparison:
    old, new = _wishes(before), _wishes(after)
    changes = [
        Change(_kind(old.get(key), new.get(key), key[0]), key[1], key[0], "", old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]
    notes = []
    if _constraints(before) != _constraints(after):
        keys = sorted({name for (_, name), _ in _constraints(before).items() ^ _constraints(after).items()})
        notes.append(f"The constraints differ: {_listed(keys)}.")
    if before.channels != after.channels:
        notes.append(f"The channels differ: {_listed(before.channels)} before, {_listed(after.channels)} after.")
    if _options(before.pip) != _options(after.pip):
        notes.append("The options of the pip sections differ.")
    names = sorted(name for name, _ in before.variables.items() ^ after.variables.items())
    if names:
        notes.append(f"The variables differ: {_listed(dict.fromkeys(names))}.")
    return Comparison(tuple(changes), tuple(notes))


def _unmet(spec: Spec, packages: Sequence[Package], *, wish_first: bool) -> Comparison:
    """The wishes that packages do not meet; packages that nobody wished for came with others and are no difference.

    On each platform of the packages counts what the file asks for there.
    """
    found: dict[str, dict[tuple[Manager, str], Package]] = {}
    for package in packages:
        found.setdefault(package.platform, {})[package.manager, differences.normal_name(package)] = package
    changes: list[Change] = []
    others: set[tuple[Manager, str]] = set()
    for platform, here in sorted(found.items()) or [("", {})]:
        asked = selectors.select(spec, platform)
        wishes = _wishes(asked)
        # a constraint asks for nothing, so that it is unmet only by what is there
        constraints = [(key, wish) for key, wish in _constraints(asked).items() if key in here]
        for (manager, name), wish in sorted([*wishes.items(), *constraints]):
            one = here.get((manager, name))
            if one is None or not _meets(one, wish):
                has = differences.shown(one, False) if one else None
                before, after = (wish, has) if wish_first else (has, wish)
                changes.append(Change(_presence(before, after) or "changed", name, manager, platform, before, after))
        others |= here.keys() - wishes.keys()
    note = f"Not compared, as the environment file does not name them: {counted(len(others), 'package')}."
    ordered = sorted(changes, key=lambda change: (change.platform, change.name))
    return Comparison(tuple(ordered), (note,) if others else ())


def _wishes(spec: Spec) -> Wishes:
    """What is asked for, by manager and name; the condition is empty where any version will do.

    A name that is asked for on some platforms only has its selector behind it.
    """
    found: Wishes = {}
    for text in spec.conda:
        body, selector, _ = selectors.split(text)
        parsed = matchspec.parse(body)
        condition = " ".join(filter(None, (parsed.version, parsed.build)))
        # pip beside a pip section is how, not what
        if condition or parsed.name != "pip" or not spec.pip:
            found["conda", _selected(parsed.name, selector)] = condition
    for line in spec.pip:
        body, selector, _ = selectors.split(line)
        kind = piplines.classify(body).kind
        asked = _REQUIREMENT.match(body) if kind == "requirement" else None
        if asked and "://" not in body.partition("@")[0]:
            found["pip", _selected(canonicalize_name(asked[1]), selector)] = asked[2].strip()
        elif kind not in ("comment", "constraint", "index", "option"):
            found["pip", _selected(body.strip(), selector)] = ""
    return found


def _selected(name: str, selector: str | None) -> str:
    return f"{name} [{selector}]" if selector else name


def _constraints(spec: Spec) -> Wishes:
    """Conditions on packages of PyPI that nobody need ask for, from constraints files."""
    found: Wishes = {}
    for line in spec.pip:
        said = _REQUIREMENT.match(piplines.constraint_of(line) or "")
        if said and said[2]:
            key: tuple[Manager, str] = ("pip", canonicalize_name(said[1]))
            found[key] = ",".join(filter(None, (found.get(key), said[2].strip())))
    return found


def _options(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if piplines.classify(line).kind in ("index", "option")]


def _presence(before: str | None, after: str | None) -> Kind | None:
    if before is None or after is None:
        return "added" if before is None else "removed"
    return None


def _kind(before: str | None, after: str | None, manager: Manager) -> Kind:
    """Up and down where each side asks for one version, so that full environment files compare as packages do."""
    if kind := _presence(before, after):
        return kind
    old, new = (_ONE_VERSION.match(text or "") for text in (before, after))
    if not old or not new:
        return "changed"
    order = versions.compare(old[1], new[1], manager)
    return "up" if order < 0 else "down" if order else "rebuilt"


def _meets(package: Package, wish: str) -> bool:
    """Whether a package is what was wished for; a condition that is not understood is not called unmet."""
    if package.manager == "pip":
        try:
            return SpecifierSet(wish.partition(";")[0].strip().strip("()")).contains(package.version, prereleases=True)
        except InvalidSpecifier:
            return True
    version, _, build = wish.partition(" ")
    if build and not re.fullmatch(re.escape(build).replace(r"\*", ".*"), package.build):
        return False
    return not version or versions.satisfies(package.version, version) is not False


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
