"""Ways in which an environment leaves the machine: `write` makes the text of each of `FORMATS`.

Pure: what is exported comes in as a `Source`. No secret goes out, and what was taken out or left out is said in notes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import InvalidInput
from ..origins import Origin
from . import environment_files, lists
from .cleaning import Cleaned, cleaned
from .environment_files import index_options
from .homes import in_lock
from .lists import channels_of
from .source import Source

__all__ = ["FORMATS", "Export", "Origin", "Source", "channels_of", "check_format", "in_lock", "index_options", "write"]

_FORMATS: dict[str, tuple[str, Callable[[Source], environment_files.Written]]] = {
    "full": ("environment.yml", environment_files.full),
    "no-builds": ("environment.yml", environment_files.without_builds),
    "from-history": ("environment.yml", environment_files.as_asked),
    "portable": ("environment.yml", environment_files.as_asked),
    "conda-lock": ("{name}.conda-lock.yml", lists.conda_lock),
    "explicit": ("conda-{platform}.lock", lists.explicit),
    "requirements": ("requirements.txt", lists.requirements),
    "pylock": ("pylock.toml", lists.pylock),
}
FORMATS = tuple(_FORMATS)


@dataclass(frozen=True)
class Export:
    """The text of a file and a name for it; ``notes`` are sentences about what is not in it as it is here."""

    format: str
    filename: str
    text: str
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``Export``."""
        return {**asdict(self), "notes": list(self.notes)}


def check_format(format: str) -> str:
    """``format`` itself. Raises `InvalidInput` unless it is one of `FORMATS`."""
    if format not in _FORMATS:
        raise InvalidInput(
            f"“{format[:40]}” is no export format.", hints=(f"One of {', '.join(FORMATS)}.",), key="format"
        )
    return format


def write(source: Source, format: str, *, versions: bool = False) -> Export:
    """The environment in a format; ``versions`` adds the resolved versions to what was asked for.

    Raises `InvalidInput` for an unknown format or ``versions`` where it means nothing, and `Conflict`, naming the
    packages, for a format with hashes where some are not known.
    """
    file, writer = _FORMATS[check_format(format)]
    if versions:
        if writer is not environment_files.as_asked:
            raise InvalidInput("Versions can be added to from-history and portable only.", key="versions")
        writer = environment_files.as_resolved
    clean = cleaned(source)
    text, notes = writer(clean.source)
    seen = [address for address in clean.secrets if address in text]
    said = [f"A secret was taken out of {address}: set it up where the file is used." for address in seen]
    filename = file.format(name=source.name, platform=source.platform)
    return Export(format, filename, text, (*said, *_local_channels(clean, text), *_local_wheels(clean, text), *notes))


def _local_channels(clean: Cleaned, text: str) -> list[str]:
    """A sentence about each local channel in the text: nobody else has it."""
    channels = dict.fromkeys((*clean.channels, *clean.source.spec.channels, *channels_of(clean.source.packages)))
    local = [channel for channel in channels if channel.startswith("file:") and channel in text]
    home = "a folder of your home folder, which is written as ~"
    where = {channel: home if channel in clean.channels else "a folder of this machine" for channel in local}
    return [f"The channel {channel} is {where[channel]}: it cannot be used elsewhere." for channel in local]


def _local_wheels(clean: Cleaned, text: str) -> list[str]:
    """A sentence about each wheel in the text that is a file of this machine."""
    packages = (*clean.source.packages, *(clean.source.lock.packages if clean.source.lock else ()))
    local = (one for one in packages if one.manager == "pip" and one.url.startswith("file:") and one.url in text)
    return [
        f"{one.name} {one.version} is a file of this machine, {one.url}: it cannot be used elsewhere."
        for one in dict.fromkeys(local)
    ]
