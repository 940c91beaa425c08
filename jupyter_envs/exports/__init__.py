"""Ways in which an environment leaves the machine: `write` makes the text of each of `FORMATS`.

Pure: what is exported comes in as a `Source`. No secret goes out, and what was taken out or left out is said in notes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import InvalidInput
from ..models import Spec
from ..origins import Origin
from . import environment_files, lists, pipfile_lock, pypi_files
from .cleaning import Cleaned, cleaned
from .environment_files import index_options, requirement
from .homes import in_lock
from .lists import channels_of
from .source import Source

__all__ = [
    "FORMATS",
    "Asked",
    "Export",
    "Origin",
    "Source",
    "asked",
    "channels_of",
    "check_format",
    "in_lock",
    "index_options",
    "requirement",
    "wants_index",
    "write",
]

_Writer = Callable[[Source], environment_files.Written]
# by format: the file's name, what writes it, and what writes it with the resolved versions, where that means anything
_FORMATS: dict[str, tuple[str, _Writer, _Writer | None]] = {
    "full": ("environment.yml", environment_files.full, None),
    "no-builds": ("environment.yml", environment_files.without_builds, None),
    "from-history": ("environment.yml", environment_files.as_asked, environment_files.as_resolved),
    "portable": ("environment.yml", environment_files.as_asked, environment_files.as_resolved),
    "conda-lock": ("{name}.conda-lock.yml", lists.conda_lock, None),
    "explicit": ("conda-{platform}.lock", lists.explicit, None),
    "requirements": ("requirements.txt", lists.requirements, None),
    "pylock": ("pylock.toml", lists.pylock, None),
    "pipfile": ("Pipfile", pypi_files.pipfile, pypi_files.pipfile_resolved),
    "pipfile-lock": ("Pipfile.lock", pipfile_lock.as_asked, pipfile_lock.as_resolved),
    "script": ("{name}.py", pypi_files.script, pypi_files.script_resolved),
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


@dataclass(frozen=True)
class Asked:
    """What was asked for and what was installed by hand, with nothing in it that is secret or of the home folder."""

    spec: Spec
    _clean: Cleaned
    _notes: tuple[str, ...]

    def told(self, text: str) -> tuple[str, ...]:
        """Sentences about what is not in a text that is made of it, or works on this machine only."""
        return _told(self._clean, text, self._notes)


def asked(source: Source) -> Asked:
    """What the format `portable` writes, to be made into something else first."""
    clean = cleaned(source)
    spec, notes = environment_files.asked(clean.source)
    return Asked(spec, clean, notes)


def check_format(format: str) -> str:
    """``format`` itself. Raises `InvalidInput` unless it is one of `FORMATS`."""
    if format not in _FORMATS:
        raise InvalidInput(
            f"“{format[:40]}” is no export format.", hints=(f"One of {', '.join(FORMATS)}.",), key="format"
        )
    return format


def wants_index(source: Source, format: str) -> bool:
    """Whether a format names the package index that is asked where nobody named one: who writes looks it up."""
    if format not in ("pipfile", "pipfile-lock"):
        return False
    return pypi_files.leaves_out_an_index(source.spec, always=format == "pipfile-lock")


def write(source: Source, format: str, *, versions: bool = False) -> Export:
    """The environment in a format; ``versions`` adds the resolved versions to what was asked for.

    Raises `InvalidInput` for an unknown format or ``versions`` where it means nothing, and `Conflict`, naming the
    packages, for a format with hashes where some are not known.
    """
    file, writer, with_versions = _FORMATS[check_format(format)]
    if versions:
        if with_versions is None:
            able = ", ".join(name for name, (_, _, exact) in _FORMATS.items() if exact)
            raise InvalidInput(f"Versions can be added to these formats only: {able}.", key="versions")
        writer = with_versions
    clean = cleaned(source)
    text, notes = writer(clean.source)
    filename = file.format(name=source.name, platform=source.platform)
    return Export(format, filename, text, _told(clean, text, notes))


def _told(clean: Cleaned, text: str, notes: tuple[str, ...]) -> tuple[str, ...]:
    seen = [address for address in clean.secrets if any(address in told for told in (text, *notes))]
    said = [f"A secret was taken out of {address}: set it up where the file is used." for address in seen]
    return (*said, *_local_channels(clean, text), *_local_wheels(clean, text), *notes)


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
