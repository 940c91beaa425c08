"""From where packages may come: allow-lists, and whether something is on them.

Pure: nothing is asked. It is a rule for what this program does, not a wall around the user, who can start a process
of another program at any time; see `docs/explanation/security.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from . import matchspec, piplines, pipsection
from .channels import CondaSettings, is_address
from .errors import Forbidden, InvalidSpec
from .models import Package
from .redact import clean_url, show

CHANNELS, INDEXES = "Manager.allowed_channels", "Manager.allowed_indexes"
DEFAULT_INDEX = "default"  # in a list of indexes: the one that is asked where none is configured
OWN_LIST = "default"  # of Pythons that can be downloaded: the one that uv brings


@dataclass(frozen=True)
class Defaults:
    """What the engine itself takes where nothing is configured: the address before a channel's plain name, an index.

    They are the libraries' own and are asked of them; see `engine.session.Session`.
    """

    alias: str = ""
    index: str = ""


@dataclass(frozen=True)
class Trust:
    """One set of rules; an empty list allows everything.

    ``channels`` and ``indexes`` are addresses (a plain name is a channel below the engine's own alias, and `default`
    its own index); what is below one of them is allowed. ``addresses`` says whether a request may name packages by
    addresses of their own.
    """

    channels: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    addresses: bool = True
    defaults: Defaults = Defaults()

    def check_channels(self, channels: Sequence[str], specs: Sequence[str], settings: CondaSettings) -> None:
        """Raise `Forbidden` for a channel that is not allowed, also one that a match spec names itself."""
        parsed = [matchspec.parse(spec) for spec in specs]
        named = [*channels, *(spec.channel for spec in parsed if spec.channel)]
        for channel in settings.expand(named):
            self._require_channel(channel.address)
        for spec in parsed:
            if spec.url:
                self._check_address(spec.url)
                self._require_channel(spec.url)

    def check_pip(self, lines: Sequence[str], index: str | None) -> None:
        """Raise `Forbidden` for an index, a folder of links or an address of a pip section that is not allowed."""
        where = pipsection.where_to_look(lines)
        asked = [value for value in where if not value.startswith("--")]
        if not {"--default-index", "--no-index"} & set(where):
            asked.append(index or self.defaults.index)
        for address in asked:
            self._require_index(address)
        for address in own_addresses(lines):
            self._check_address(address)
            self._check_wheel(address)

    def check_packages(self, packages: Sequence[Package]) -> None:
        """Raise `Forbidden` for a package, of a lock perhaps, whose address is not allowed."""
        for package in packages:
            if package.manager == "pip":
                self._check_wheel(package.url)
            else:
                self._require_channel(package.url)

    def check_pythons(self, address: str) -> None:
        """Raise `Forbidden` for a list of Pythons, or an archive with one, that is not at an allowed index's address.

        A Python runs code as any wheel does, so it needs to come from where wheels may come from.
        """
        require_below(address, self._index_addresses(), Place("Python", INDEXES, self.indexes))

    def _require_channel(self, address: str) -> None:
        bases = [self._full(base) for base in self.channels]
        require_below(self._full(address), bases, Place("channel", CHANNELS, self.channels))

    def _require_index(self, address: str) -> None:
        require_below(address, self._index_addresses(), Place("package index", INDEXES, self.indexes))

    def _check_wheel(self, url: str) -> None:
        """An index may have its files elsewhere on its own host; another host has to be on the list, too."""
        if origin(url) not in map(origin, self._index_addresses()):
            self._require_index(url)

    def _full(self, channel: str) -> str:
        return channel if is_address(channel) else self.defaults.alias + channel

    def _index_addresses(self) -> list[str]:
        return [self.defaults.index if index == DEFAULT_INDEX else index for index in self.indexes]

    def _check_address(self, url: str) -> None:
        if not self.addresses:
            raise Forbidden(
                f"A package is named by an address, {show(clean_url(url)[0])}, which is not allowed here.",
                hints=("Name a release of a channel or an index; the setting is Manager.allow_addresses.",),
            )


@dataclass(frozen=True)
class Rules:
    """Several sets of rules, all of which count: the user's own and an administrator's."""

    each: tuple[Trust, ...] = ()

    @property
    def has_lists(self) -> bool:
        """Whether anything is an allow-list, which the engine's own defaults have to be held against."""
        return any(trust.channels or trust.indexes for trust in self.each)

    def knowing(self, defaults: Defaults) -> Rules:
        """The same rules with what plain names mean to the engine."""
        return Rules(tuple(replace(trust, defaults=defaults) for trust in self.each))

    def check_channels(self, channels: Sequence[str], specs: Sequence[str], settings: CondaSettings) -> None:
        """As `Trust.check_channels`."""
        for trust in self.each:
            trust.check_channels(channels, specs, settings)

    def check_pip(self, lines: Sequence[str], index: str | None) -> None:
        """As `Trust.check_pip`."""
        for trust in self.each:
            trust.check_pip(lines, index)

    def check_pythons(self, address: str) -> None:
        """As `Trust.check_pythons`."""
        for trust in self.each:
            trust.check_pythons(address)

    def check_packages(self, packages: Sequence[Package]) -> None:
        """As `Trust.check_packages`."""
        for trust in self.each:
            trust.check_packages(packages)


def own_addresses(lines: Sequence[str]) -> Iterator[str]:
    """The addresses of the packages that a pip section names so. A line that is none is refused elsewhere."""
    for line in lines:
        if piplines.classify(line).kind not in ("requirement", "constraint"):
            continue
        try:
            section = pipsection.read([line], builds=True)
        except InvalidSpec:
            continue
        yield from (asked.requirement.url for asked in section.requirements if asked.requirement.url)


@dataclass(frozen=True)
class Place:
    """For the message: what an address is of, which setting rules it, and what that setting says."""

    what: str
    setting: str
    listed: tuple[str, ...]


def require_below(url: str, allowed: Sequence[str], place: Place) -> None:
    """Raise `Forbidden` unless ``url`` is one of the allowed addresses or below one; an empty list allows all."""
    if allowed and not any(is_below(url, base) for base in allowed):
        listed = ", ".join(show(clean_url(base)[0]) for base in place.listed)
        raise Forbidden(
            f"The {place.what} of {show(clean_url(url)[0])} is not allowed here.",
            hints=(f"Allowed: {listed}. The setting is {place.setting}; files on another host need it listed, too.",),
            address=clean_url(url)[0],
        )


def is_below(url: str, base: str) -> bool:
    """Whether an address is another one or below it, on the same host; ways around that are not."""
    path = whole(url)
    start = whole(base).rstrip("/")
    if not urlsplit(base).scheme:
        return False  # a name of which nobody said what it means
    plain = unquote(path)
    if "/../" in f"{plain}/" or "/./" in f"{plain}/" or "\\" in plain:
        return False
    return path.rstrip("/") == start or path.startswith(f"{start}/")


def whole(address: str) -> str:
    """An address without secrets, query and fragment, with its scheme and host in small letters."""
    parts = urlsplit(clean_url(address)[0])
    return f"{origin(parts.geturl())}{parts.path}"


def origin(address: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}"
