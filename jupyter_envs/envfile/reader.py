"""Read environment files."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from .. import matchspec, piplines, yaml_guard
from ..errors import InvalidSpec
from ..models import Spec
from ..redact import show
from ..yaml_guard import Map, Place, Seq
from . import selectors

_KEYS = ("name", "channels", "platforms", "dependencies", "variables", "prefix", "category")
_NOTED = 20  # unknown keys
_LONGEST = 40  # characters of a key that can be a slip of the pen
_SEL_KEY = re.compile(r"sel\(([a-z0-9]+)\)\Z")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_EXAMPLE = "a mapping with a list of dependencies"


@dataclass(frozen=True)
class Reading:
    """A file as it was understood, and what the reader took note of (unknown keys, odd specs): one sentence each."""

    spec: Spec
    notes: tuple[str, ...] = ()


def parse(text: str | bytes, *, source: str = "environment.yml", limit: int = yaml_guard.MAX_BYTES) -> Spec:
    """The environment that a file asks for; see `read`."""
    return read(text, source=source, limit=limit).spec


def read(
    text: str | bytes,
    *,
    source: str = "environment.yml",
    limit: int = yaml_guard.MAX_BYTES,
    max_depth: int = yaml_guard.MAX_DEPTH,
) -> Reading:
    """The environment that a file asks for, and notes on what was left out or looks odd.

    ``source`` is the file's name for messages, ``limit`` its largest size in bytes, ``max_depth`` how deep lists and
    mappings may be nested. Raises `InvalidFile` (fields ``path``, ``line``, ``key``) for what is no environment file.
    """
    decoded = yaml_guard.decode(text, source=source, limit=limit)
    return _Reader(decoded, source, max_depth).reading()


class _Reader:
    def __init__(self, text: str, source: str, max_depth: int) -> None:
        self.root = yaml_guard.read(text, source=source, max_depth=max_depth)
        self.lines = re.split(r"\r\n|\r|\n", text)
        self.place = Place(source)
        self.notes: list[str] = []

    def reading(self) -> Reading:
        root = self.root
        if root is None:
            raise self.place.refuse("the file is empty", expected=_EXAMPLE)
        if not isinstance(root, Map):
            raise self.place.refuse(f"{_kind(root)} at the top", expected=_EXAMPLE)
        self.check_keys(root)
        conda, lines = self.dependencies(root)
        pip, python = piplines.without_python(lines)
        spec = Spec(
            name=self.name(root),
            channels=self.texts(root, "channels"),
            conda=conda,
            pip=pip,
            variables=self.variables(root),
            platforms=self.texts(root, "platforms"),
            python=self.python(python),
        )
        return Reading(spec, tuple(self.notes))

    def note(self, place: Place, sentence: str) -> None:
        self.notes.append(str(place.refuse(sentence)))

    def check_keys(self, root: Map) -> None:
        unknown = [key for key in root if key not in _KEYS]
        for key in unknown[:_NOTED]:
            self.unknown_key(key, root)
        if len(unknown) > _NOTED:
            self.note(self.place, f"{len(unknown) - _NOTED} more unknown keys are ignored")
        if "dependencies" not in root and not root.get("variables"):
            keys = ", ".join(show(key) for key in list(root)[:3])
            raise self.place.refuse(f"no dependencies in it (its keys are {keys})", expected=_EXAMPLE)
        for key in ("prefix", "category"):
            if key in root:
                self.note(self.place.child(key, root), f"'{key}:' says nothing about the packages and is ignored")

    def unknown_key(self, key: str, root: Map) -> None:
        """Refuse what is a slip of the pen for a key that is not there; note anything else."""
        place = self.place.child(key, root)
        near = difflib.get_close_matches(key[:_LONGEST], _KEYS, n=1, cutoff=0.8)
        if near and near[0] not in root:
            raise place.refuse(f"unknown key '{show(key)}'", expected=f"'{near[0]}'")
        self.note(place, "this key is not part of an environment file and is ignored")

    def python(self, wish: str) -> str:
        """The wish for an interpreter, which a pip section may have as a comment."""
        try:
            SpecifierSet(wish)
        except InvalidSpecifier:
            raise self.place.refuse(f"'{show(wish)}' as Python", expected="a condition such as >=3.11") from None
        return wish

    def name(self, root: Map) -> str | None:
        value = root.get("name")
        return None if value is None else self.text(value, self.place.child("name", root))

    def text(self, value: Any, place: Place) -> str:
        if not isinstance(value, str):
            raise place.refuse(_kind(value), expected="text")
        if not value.strip():
            raise place.refuse("an empty text", expected="text")
        return value.strip()

    def sequence(self, value: Any, place: Place, what: str) -> Seq:
        if value is None:
            return Seq()
        if not isinstance(value, Seq):
            raise place.refuse(_kind(value), expected=f"a list of {what}, each behind '- '")
        return value

    def texts(self, root: Map, key: str) -> tuple[str, ...]:
        place = self.place.child(key, root)
        items = self.sequence(root.get(key), place, key)
        return tuple(self.text(item, place.child(index, items)) for index, item in enumerate(items))

    def variables(self, root: Map) -> dict[str, str]:
        place = self.place.child("variables", root)
        value = root.get("variables")
        if value is None:
            return {}
        if not isinstance(value, Map):
            raise place.refuse(_kind(value), expected="NAME: value")
        return {key: self.variable(key, text, place.child(key, value)) for key, text in value.items()}

    def variable(self, name: str, value: Any, place: Place) -> str:
        if not _VARIABLE_NAME.match(name):
            raise place.refuse("not a variable's name", expected="letters, digits and underscores")
        if not isinstance(value, str):
            raise place.refuse(_kind(value), expected="text ('' for an empty value)")
        return value

    def dependencies(self, root: Map) -> tuple[tuple[str, ...], tuple[str, ...]]:
        place = self.place.child("dependencies", root)
        items = self.sequence(root.get("dependencies"), place, "packages")
        conda: list[str] = []
        pip: list[str] = []
        for index, item in enumerate(items):
            here = place.child(index, items)
            if isinstance(item, Map):
                self.mapping(item, here, conda, pip)
            else:
                conda.append(self.selected(self.match_spec(item, here), here))
        return tuple(conda), tuple(pip)

    def mapping(self, item: Map, place: Place, conda: list[str], pip: list[str]) -> None:
        """An entry with a key: ``pip:`` or ``sel(linux):``."""
        for key, value in item.items():
            here = place.child(key, item)
            selector = _SEL_KEY.match(key)
            if key == "pip":
                pip += self.pip_lines(value, here)
            elif selector and selector[1] in selectors.NAMES:
                conda.append(selectors.mark_key(self.match_spec(value, here), selector[1]))
            else:
                raise here.refuse(f"unknown key '{show(key)}' among the packages", expected="'pip:' or a package")

    def match_spec(self, value: Any, place: Place) -> str:
        text = matchspec.strip_comment(self.text(value, place))
        try:
            matchspec.parse(text)
        except InvalidSpec as error:
            expected = "a match spec such as numpy, numpy=1.26 or numpy >=1.26,<2"
            raise place.refuse(f"'{show(text)}': {error.message}", expected=expected) from None
        if oddity := matchspec.oddity(text):
            self.note(place, oddity)
        return text

    def pip_lines(self, value: Any, place: Place) -> list[str]:
        items = self.sequence(value, place, "requirements")
        return [self.pip_line(item, place.child(index, items)) for index, item in enumerate(items)]

    def pip_line(self, value: Any, place: Place) -> str:
        text = self.text(value, place)
        if reason := piplines.refusal(text):
            hints = (piplines.remedy(text),)
            raise place.refuse(f"'{show(text)}': {reason}", expected="a requirement such as requests>=2", hints=hints)
        return self.selected(text, place)

    def selected(self, text: str, place: Place) -> str:
        """``text`` with the selector of its line's comment, if that has one that conda-lock knows."""
        selector = selectors.in_comment(self.lines[(place.line or 1) - 1])
        if selector is None:
            return text
        if selector in selectors.NAMES:
            return selectors.mark_comment(text, selector)
        self.note(place, f"the selector [{selector}] is not one that conda-lock reads; it counts as a comment")
        return text


def _kind(value: Any) -> str:
    """What a value is, for a message."""
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, Seq) else "a mapping" if isinstance(value, Map) else f"'{show(value)}'"
