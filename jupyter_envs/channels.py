"""Where packages come from: conda's settings as one value, and what a channel's name means under them.

Pure: nothing is looked up, and an address is never asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .condarc import Entry
from .errors import InvalidSpec
from .redact import clean_url, redact, show

DEFAULTS = "defaults"
# conda's own meaning of `defaults` where nothing is configured
DEFAULT_CHANNELS = ("pkgs/main", "pkgs/r")
LICENCE_NOTE = "The channel “defaults” is Anaconda's and has licence terms: some organisations have to pay for it."

# as the engine tells an address or a path from a name
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|\./|\.\.|[/~]")
_DEPTH = 5


@dataclass(frozen=True)
class Channel:
    """One channel: the name by which people know it, and what the engine is asked for."""

    name: str
    address: str


@dataclass(frozen=True)
class CondaSettings:
    """What conda's configuration says, with the defaults of Jupyter Envs.

    ``channel_alias`` empty means the engine's own. ``ssl_verify`` is ``true``, ``false``, ``truststore`` or the path
    of a file with certificates. ``origins`` says where each value comes from, as lines for people.
    """

    channels: tuple[str, ...] = ()
    default_channels: tuple[str, ...] = ()
    channel_alias: str = ""
    custom_channels: Mapping[str, str] = field(default_factory=dict)
    custom_multichannels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    channel_priority: str = "strict"
    pkgs_dirs: tuple[str, ...] = ()
    envs_dirs: tuple[str, ...] = ()
    ssl_verify: str = "true"
    proxy_servers: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    def expand(self, channels: Sequence[str]) -> list[Channel]:
        """The channels behind some names, each once, in order; ``nodefaults`` says nothing by itself.

        Raises `InvalidSpec` for names that refer to each other in a circle.
        """
        found: dict[str, Channel] = {}
        for name in channels:
            for channel in self._expand(name, _DEPTH):
                found.setdefault(channel.address, channel)
        return list(found.values())

    def _expand(self, name: str, depth: int) -> Iterator[Channel]:
        if not depth:
            raise InvalidSpec(f"The channel “{show(redact(name))}” refers to itself.", hints=("Mend your .condarc.",))
        if name == "nodefaults":
            return
        inner = self._members(name)
        if inner is None:
            yield Channel(name, self._address(name))
            return
        for member in inner:
            if member == name:
                yield Channel(name, self._address(name))
            else:
                yield from self._expand(member, depth - 1)

    def _members(self, name: str) -> tuple[str, ...] | None:
        if name in self.custom_multichannels:
            return tuple(self.custom_multichannels[name])
        return (self.default_channels or DEFAULT_CHANNELS) if name == DEFAULTS else None

    def _address(self, name: str) -> str:
        """One channel's address; a plain name without a configured alias stays a name, which the engine knows."""
        if is_address(name):
            return name
        prefix = name
        while prefix:
            if prefix in self.custom_channels:
                return f"{self.custom_channels[prefix].rstrip('/')}/{name}"
            prefix = prefix.rpartition("/")[0]
        for address in self.default_channels:
            if name.startswith("pkgs/") and address.rstrip("/").endswith(f"/{name}"):
                return address
        return f"{self.channel_alias.rstrip('/')}/{name}" if self.channel_alias else name

    def name_of(self, address: str, own_alias: str = "") -> str:
        """A channel's address as conda would write it: ``defaults``, a plain name below the alias in force, or itself.

        ``own_alias`` is the engine's, which counts where none is configured. A name is given only where it means just
        that address again.
        """
        clean = clean_url(address)[0].rstrip("/")
        if clean in (clean_url(one)[0].rstrip("/") for one in self.default_channels):
            return address if DEFAULTS in self.custom_multichannels else DEFAULTS
        alias = clean_url(self.channel_alias or own_alias)[0].rstrip("/")
        name = clean.removeprefix(f"{alias}/")
        if not alias or name == clean or self._members(name) is not None or _ADDRESS.match(name):
            return address
        usual = f"{self.channel_alias.rstrip('/')}/{name}" if self.channel_alias else name
        return name if self._address(name) == usual else address

    def with_secrets(self, url: str) -> str:
        """A package's address with the secrets of the configured address that it is below, which no lock keeps."""
        if clean_url(url)[1]:
            return url
        configured = (self.channel_alias, *self.custom_channels.values(), *self.default_channels, *self.channels)
        for address in sorted(configured, key=len, reverse=True):
            clean, had_secrets = clean_url(address.rstrip("/"))
            if had_secrets and url.startswith(f"{clean}/"):
                return address.rstrip("/") + url[len(clean) :]
        return url

    def to_json(self) -> dict[str, Any]:
        """For the pipe to a worker; without the origins."""
        return {key: getattr(self, key) for key in type(self).__dataclass_fields__ if key != "origins"}


def is_address(channel: str) -> bool:
    """Whether a channel is given by its address or its path, and not by a name."""
    return _ADDRESS.match(channel) is not None


def has_licence_terms(channels: Sequence[str]) -> bool:
    """Whether one of the names is Anaconda's own channel."""
    return any(name == DEFAULTS or re.search(r"(^|/)pkgs/(main|r|msys2|pro)/?$", name) for name in channels)


def settings_from_json(data: Mapping[str, Any]) -> CondaSettings:
    """What `CondaSettings.to_json` wrote."""
    lists = {key: tuple(data[key]) for key in ("channels", "default_channels", "pkgs_dirs", "envs_dirs")}
    multi = {name: tuple(members) for name, members in data["custom_multichannels"].items()}
    return CondaSettings(**{**data, **lists, "custom_multichannels": multi})


def settings_of(entries: Mapping[str, Entry]) -> CondaSettings:
    """The settings that merged entries say, and where each of them comes from."""

    def texts(key: str) -> tuple[str, ...]:
        return entries[key].texts if key in entries else ()

    def text(key: str, otherwise: str) -> str:
        return (texts(key) or (otherwise,))[0]

    def children(key: str) -> Mapping[str, Entry]:
        return entries[key].children if key in entries else {}

    return CondaSettings(
        channels=texts("channels"),
        default_channels=texts("default_channels"),
        channel_alias=text("channel_alias", ""),
        custom_channels={name: (*child.texts, "")[0] for name, child in children("custom_channels").items()},
        custom_multichannels={name: child.texts for name, child in children("custom_multichannels").items()},
        channel_priority=text("channel_priority", "strict"),
        pkgs_dirs=texts("pkgs_dirs"),
        envs_dirs=texts("envs_dirs"),
        ssl_verify=text("ssl_verify", "true"),
        proxy_servers={name: (*child.texts, "")[0] for name, child in children("proxy_servers").items()},
        origins={key: in_words(entry) for key, entry in entries.items()},
    )


def in_words(entry: Entry) -> str:
    """Values with their origins, without secrets: ``conda-forge (FILE, line 2), pytorch (FILE, line 3)``."""
    own = [f"{redact(item.text)} ({item.origin})" for item in entry.items]
    inner = [f"{redact(name)}: {in_words(child)}" for name, child in entry.children.items()]
    return ", ".join([*own, *inner]) or "none"
