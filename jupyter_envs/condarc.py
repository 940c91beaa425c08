"""Understand conda's configuration files, ``.condarc``: the keys that decide where packages come from, and from which
line of which file each value is.

`parse` reads one file's text, `merge` puts several together as conda does, with ``#!top``, ``#!bottom`` and
``#!final``. Environment variables in values are never expanded. Which files there are is `condaconfig`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .yaml_guard import Map, Place, Seq, decode, read

TEXTS = ("channel_alias", "channel_priority", "ssl_verify")
LISTS = ("channels", "default_channels", "pkgs_dirs", "envs_dirs")
MAPS = ("custom_channels", "custom_multichannels", "proxy_servers")
KEYS = (*LISTS, *TEXTS, *MAPS)
OTHER_NAMES = {"channel": "channels", "envs_path": "envs_dirs"}
# what else decides where packages come from; a file that says it must not be thought to be followed
NOT_FOLLOWED = frozenset(
    {
        "add_pip_as_python_dependency", "allowlist_channels", "channel_settings", "client_ssl_cert",
        "client_ssl_cert_key", "create_default_packages", "denylist_channels", "disallowed_packages",
        "migrated_channel_aliases", "migrated_custom_channels", "offline", "override_channels_enabled",
        "pinned_packages", "restore_free_channel", "whitelist_channels",
    }
)  # fmt: skip

_FLAG = re.compile(r"#!\s*(top|bottom|final)\s*$")
_VARIABLE = re.compile(r"\$\{?[A-Za-z_]|%[A-Za-z_][A-Za-z0-9_]*%")
_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
PRIORITIES = ("strict", "flexible", "disabled")


@dataclass(frozen=True)
class Item:
    """One text in a file: where it stands (``FILE, line 3``) and its flag (``top``, ``bottom``, ``final`` or none)."""

    text: str
    origin: str
    flag: str = ""


@dataclass(frozen=True)
class Entry:
    """What one file says of one key: some texts, or for a mapping an entry for each of its keys."""

    items: tuple[Item, ...] = ()
    children: Mapping[str, Entry] = field(default_factory=dict)
    final: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The values alone."""
        return tuple(item.text for item in self.items)


@dataclass(frozen=True)
class Condarc:
    """One file, understood: its entries, and what people should be told of it."""

    source: str
    entries: Mapping[str, Entry]
    notes: tuple[str, ...] = ()


def parse(data: str | bytes, *, source: str) -> Condarc:
    """Understand one file. Raises `InvalidFile` with the line and the key, also for a variable in an address."""
    text = decode(data, source=source)
    content = read(text, source=source)
    place = Place(source)
    if content is None:
        return Condarc(source, {})
    if not isinstance(content, Map):
        raise place.refuse("a list or a text", expected="a mapping, such as channels: [conda-forge]")
    reader = _Reader(text.splitlines(), source)
    entries = {}
    for key in content:
        name = OTHER_NAMES.get(key, key)
        if name in KEYS and content[key] is not None:
            entries[name] = reader.entry(name, content[key], place.child(key, content))
    reader.notes += [
        f"{source}: {key} is not followed by Jupyter Envs." for key in content if key in NOT_FOLLOWED and content[key]
    ]
    return Condarc(source, entries, tuple(reader.notes))


class _Reader:
    """Makes entries of one file's values."""

    def __init__(self, lines: Sequence[str], source: str) -> None:
        self.lines = lines
        self.source = source
        self.notes: list[str] = []

    def entry(self, key: str, value: Any, place: Place) -> Entry:
        final = self.flag(place.line) == "final"
        if key in MAPS:
            if not isinstance(value, Map):
                raise place.refuse("no mapping", expected="name: value")
            children = {
                name: self.list_or_text(key, value[name], place.child(name, value), lists=key == "custom_multichannels")
                for name in value
                if value[name] is not None
            }
            return Entry(children=children, final=final)
        found = self.list_or_text(key, value, place, lists=key in LISTS)
        return Entry(found.items, final=final)

    def list_or_text(self, key: str, value: Any, place: Place, *, lists: bool) -> Entry:
        if isinstance(value, str):
            items = [self.item(key, value, place)]
        elif isinstance(value, Seq) and lists:
            given = [number for number, each in enumerate(value) if each is not None]
            items = [self.item(key, value[number], place.child(number, value)) for number in given]
        else:
            raise place.refuse("neither a text nor a list" if lists else "no text")
        flagged = self.flag(place.line) == "final"
        return Entry(tuple(item for item in items if item is not None), final=flagged)

    def item(self, key: str, text: Any, place: Place) -> Item | None:
        """One value; None for a folder that cannot be known without expanding a variable."""
        if not isinstance(text, str):
            raise place.refuse("no text")
        if _VARIABLE.search(text):
            problem = "an environment variable, which is never expanded"
            if key not in ("pkgs_dirs", "envs_dirs"):
                raise place.refuse(problem, expected="the value itself")
            self.notes.append(f"{self.source}, line {place.line}, {key}: {problem}; this folder is not used.")
            return None
        return Item(checked(key, text.strip(), place), f"{self.source}, line {place.line}", self.flag(place.line))

    def flag(self, line: int | None) -> str:
        found = _FLAG.search(self.lines[line - 1]) if line and line <= len(self.lines) else None
        return found[1] if found else ""


def checked(key: str, text: str, place: Place) -> str:
    """The value in the one form that is used behind this module."""
    if not text:
        raise place.refuse("an empty text")
    lower = text.lower()
    if key == "ssl_verify":
        return "true" if lower in _YES else "false" if lower in _NO else text
    if key == "channel_priority":
        chosen = "flexible" if lower in _YES else "disabled" if lower in _NO else lower
        if chosen not in PRIORITIES:
            raise place.refuse("no channel priority", expected=" or ".join(PRIORITIES))
        return chosen
    return text


def merge(files: Sequence[Condarc]) -> dict[str, Entry]:
    """The entries in force of several files, of which a later one counts more."""
    found = {}
    for key in KEYS:
        entries = [file.entries[key] for file in files if key in file.entries]
        if entries:
            found[key] = merge_maps(entries) if key in MAPS else merge_key(key, entries)
    return found


def merge_key(key: str, entries: Sequence[Entry]) -> Entry:
    """One key's entries, by its kind."""
    return merge_lists(entries) if key in LISTS else merge_texts(entries)


def merge_texts(entries: Sequence[Entry]) -> Entry:
    """The last one, or the first that is final."""
    return _until_final(entries)[-1]


def merge_lists(entries: Sequence[Entry]) -> Entry:
    """Later entries' texts first; what is marked ``top`` before and what is marked ``bottom`` behind all others."""
    relevant = _until_final(entries)
    newest_first = [item for entry in reversed(relevant) for item in entry.items]
    top = [item for entry in relevant for item in entry.items if item.flag == "top"]
    bottom = [item for item in newest_first if item.flag == "bottom"]
    sunk = {item.text for item in bottom}
    upper = [item for item in _unique([*top, *newest_first]) if item.text not in sunk]
    lower = list(reversed(_unique(reversed(bottom))))
    return Entry((*upper, *lower))


def merge_maps(entries: Sequence[Entry]) -> Entry:
    """Every entry's keys; of the same key the last value, or the first that is final; lists under a key are merged."""
    grouped: dict[str, list[Entry]] = {}
    for entry in _until_final(entries):
        for name, child in entry.children.items():
            grouped.setdefault(name, []).append(child)
    children = {}
    for name, found in grouped.items():
        final = next((child for child in found if child.final), None)
        several = any(len(child.items) > 1 for child in found)
        children[name] = final or (merge_lists(found) if several else merge_texts(found))
    return Entry(children=children)


def _until_final(entries: Sequence[Entry]) -> Sequence[Entry]:
    for number, entry in enumerate(entries):
        if entry.final:
            return entries[: number + 1]
    return entries


def _unique(items: Iterable[Item]) -> list[Item]:
    found: dict[str, Item] = {}
    for item in items:
        found.setdefault(item.text, item)
    return list(found.values())
