"""Read YAML that strangers wrote, in bounded time and memory, as text, lists and mappings and nothing else.

A file is refused, before a value is made of it, when it is too long, too deep, holds an anchor, an alias, a merge
key, a tag or a second document, or repeats a key. Scalars stay the text that was written (``3.10``, ``no``,
``2024-01-01``); only an unquoted ``null``, ``~`` or nothing becomes None. Every mapping and sequence remembers
its lines, so that whoever reads on can say where.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

import yaml

from .errors import InvalidFile
from .redact import redact, show

MAX_BYTES = 1_000_000
MAX_DEPTH = 8

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_KEY = object()


class Map(dict[str, Any]):
    """A mapping that knows the line (from 1) of each of its keys."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        """Start empty; the reader fills it."""
        self.lines: dict[str, int] = {}


class Seq(list[Any]):
    """A sequence that knows the line (from 1) of each of its items."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        """Start empty; the reader fills it."""
        self.lines: list[int] = []


@dataclass(frozen=True)
class Place:
    """Somewhere in a file: its name, the key path (``dependencies[3].pip``) and the line, from 1, if it is known."""

    source: str
    key: str = ""
    line: int | None = None

    def child(self, key: str | int, container: Any) -> Place:
        """The place of one entry of ``container``, a `Map` or `Seq` that stands here."""
        if isinstance(key, int):
            return Place(self.source, f"{self.key}[{key}]", container.lines[key])
        path = f"{self.key}.{show(key)}" if self.key else show(key)
        return Place(self.source, path, container.lines.get(key, self.line))

    def refuse(self, problem: str, *, expected: str = "", hints: tuple[str, ...] = ()) -> InvalidFile:
        """The error that names this place; one line, without secrets."""
        where = [self.source]
        where += [f"line {self.line}"] if self.line is not None else []
        where += [self.key] if self.key else []
        message = f"{', '.join(where)}: {problem}" + (f"; expected {expected}" if expected else "")
        fields: dict[str, Any] = {"path": self.source}
        if self.line is not None:
            fields["line"] = self.line
        if self.key:
            fields["key"] = self.key
        return InvalidFile(" ".join(redact(message).split()), hints=hints, **fields)


def decode(data: str | bytes, *, source: str, limit: int = MAX_BYTES) -> str:
    """The file's text: UTF-8, or UTF-16 (with a byte order mark or without), without a byte order mark.

    Raises `InvalidFile` if it is longer than ``limit`` bytes (characters, for text), holds a NUL, or is neither.
    """
    check_size(data, source=source, limit=limit)
    text = data if isinstance(data, str) else _decode_bytes(data, source)
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise Place(source, line=text.count("\n", 0, text.index("\0")) + 1).refuse("a NUL character", expected="text")
    return text


def check_size(data: str | bytes, *, source: str, limit: int) -> None:
    """Raises `InvalidFile` if there is more than that, in bytes (characters, for text)."""
    if len(data) > limit:
        raise Place(source).refuse(f"the file is larger than {limit:,} bytes")


def _decode_bytes(data: bytes, source: str) -> str:
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
    raise Place(source, line=line).refuse("bytes that are not text", expected="UTF-8 or UTF-16")


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if data[1:2] == b"\0":
        return ("utf-16-le",)
    return ("utf-16-be",) if data[:1] == b"\0" else ("utf-8-sig",)


def read(text: str, *, source: str, max_depth: int = MAX_DEPTH) -> Any:
    """The one document in ``text`` as `Map`, `Seq`, str and None; None for an empty file.

    Raises `InvalidFile` with the line and, where there is one, the key path.
    """
    builder = _Builder(source, max_depth)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, source) from None
    except (yaml.YAMLError, UnicodeEncodeError):
        raise _character_error(text, source) from None
    return builder.root


def _syntax_error(error: yaml.MarkedYAMLError, text: str, source: str) -> InvalidFile:
    mark = error.problem_mark or error.context_mark
    place = Place(source, line=mark.line + 1 if mark else None)
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return place.refuse("a tab indents this line", expected="spaces")
    if "{{" in line or "{%" in line:
        return place.refuse("a template that has to be filled in first", expected="plain YAML")
    return place.refuse(f"not YAML ({error.problem or error.context or 'syntax error'})")


def _character_error(text: str, source: str) -> InvalidFile:
    """For the first character that YAML does not allow: a control character, or half of a surrogate pair."""
    found = _NOT_ALLOWED.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else None
    what = f" (U+{ord(found[0]):04X})" if found else ""
    return Place(source, line=line).refuse(f"a character that cannot stand in YAML{what}", expected="printable text")


class _Builder:
    """Takes parser events one by one and holds the value so far; no recursion, so no file can exhaust the stack."""

    def __init__(self, source: str, max_depth: int) -> None:
        self.source = source
        self.max_depth = max_depth
        self.root: Any = None
        self.container: Any = None  # the innermost open Map or Seq
        self.key: Any = _NO_KEY  # the key in it that waits for its value
        self.outer: list[Any] = []
        self.path: list[str | int] = []  # where the innermost container stands
        self.documents = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self.scalar(event)
        elif kind is yaml.MappingStartEvent:
            self.open(Map(), event)
        elif kind is yaml.SequenceStartEvent:
            self.open(Seq(), event)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            self.container = self.outer.pop()
            self.path.pop()
        elif kind is yaml.AliasEvent:
            raise self.refuse(event, f"an alias (*{show(event.anchor)})", "the value itself")
        elif kind is yaml.DocumentStartEvent:
            self.document(event)

    def scalar(self, event: Any) -> None:
        if event.tag is not None or event.anchor is not None:
            raise self.decorated(event)
        value = event.value
        if self.key is _NO_KEY and type(self.container) is Map:
            self.take_key(value, not event.style, event)
        else:
            self.put(None if not event.style and value in _NULLS else value, event)

    def take_key(self, name: str, plain: bool, event: Any) -> None:
        if plain and name == "<<":
            raise self.refuse(event, "a merge key (<<)", "the keys themselves")
        if plain and not name:
            raise self.refuse(event, "a value without a key", "key: value")
        if name in self.container:
            raise self.refuse(event, f"the key '{show(name)}' appears twice", "each key once")
        self.key = name
        self.container.lines[name] = event.start_mark.line + 1

    def open(self, value: Map | Seq, event: Any) -> None:
        if event.tag is not None or event.anchor is not None:
            raise self.decorated(event)
        if self.key is _NO_KEY and type(self.container) is Map:
            raise self.refuse(event, "a list or a mapping as key", "text (a template has to be filled in first)")
        if len(self.outer) >= self.max_depth:
            raise self.refuse(event, f"nested deeper than {self.max_depth} levels")
        self.path.append(self.step())
        self.put(value, event)
        self.outer.append(self.container)
        self.container = value

    def put(self, value: Any, event: Any) -> None:
        container = self.container
        if type(container) is Map:
            container[self.key] = value
            self.key = _NO_KEY
        elif container is None:
            self.root = value
        else:
            container.append(value)
            container.lines.append(event.start_mark.line + 1)

    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.refuse(event, "a second document (---)", "one document")
        if event.tags:
            raise self.refuse(event, "a %TAG directive", "plain YAML")

    def step(self) -> str | int:
        """The key or index at which the next value goes; an empty key for the document itself."""
        if type(self.container) is Seq:
            return len(self.container)
        return "" if self.key is _NO_KEY else self.key

    def decorated(self, event: Any) -> InvalidFile:
        if event.anchor is not None:
            return self.refuse(event, f"an anchor (&{show(event.anchor)})", "plain YAML without anchors")
        hints = ("Old versions of conda wrote !!python tags: remove them.",) if "python" in event.tag else ()
        return self.refuse(event, f"a tag ({show(event.tag)})", "plain YAML without tags", hints)

    def refuse(self, event: Any, problem: str, expected: str = "", hints: tuple[str, ...] = ()) -> InvalidFile:
        place = Place(self.source, join_path([*self.path, self.step()]), event.start_mark.line + 1)
        return place.refuse(problem, expected=expected, hints=hints)


def join_path(steps: list[str | int]) -> str:
    """A key path as people write it: ``dependencies[3].pip[0]``."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step:
            path += f".{show(step)}" if path else show(step)
    return path
