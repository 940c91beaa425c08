"""What a pip section asks an index for: its requirements, its constraints, and where to look.

A lock holds an address and a SHA-256 for everything, so only what can have both is let through: releases of an index
and archives with an address. A folder, an editable install and a repository cannot; each is refused with the reason
and what to do instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from . import piplines
from .errors import Forbidden, InvalidSpec
from .models import Package
from .redact import redact

ARCHIVES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz", ".tar")
ALL = ":all:"

_LONGEST = 200  # characters of a line in a message
_ONCE = "--default-index"  # pip takes the last of several

_HASH = re.compile(r"\s--hash[=\s]\s*(\S+)")
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
_PATH = re.compile(r"(?:[./~\\]|[A-Za-z]:[\\/]|file:)")
_WEB = re.compile(r"https?://[^\s]+\Z", re.IGNORECASE)
_BUILDS_ARE_OFF = "it would have to be built, which runs its code, and Manager.allow_source_builds is off"
_NO_HASH = "a lock needs a SHA-256, and a repository has none"
_NAME_IT = "Name the package and its version, for example “requests>=2.31”."
_PUBLISH = "Build a wheel of it and give the wheel's address, or install it by hand in the notebook's environment."
_ARCHIVE = "Name a release, or the address of an archive with its hash: “name @ https://…/name-1.0.tar.gz#sha256=…”."


@dataclass(frozen=True)
class Requested:
    """One requirement: the line as written, what it says, and the SHA-256 digests that it allows (all, if none)."""

    line: str
    requirement: Requirement
    hashes: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The package's canonical name."""
        return str(canonicalize_name(self.requirement.name))

    @property
    def archive(self) -> tuple[str, str] | None:
        """The address and version of a source archive that the line names; None for anything else."""
        address = (self.requirement.url or "").partition("#")[0]
        version = source_version(address)
        return (address, version) if version else None


@dataclass(frozen=True)
class Section:
    """A pip section, read: ``options`` are uv's arguments; ``from_source`` names what ``--no-binary`` does."""

    requirements: tuple[Requested, ...] = ()
    constraints: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    from_source: frozenset[str] = frozenset()
    only_wheels: frozenset[str] = frozenset()

    def builds(self, name: str) -> bool:
        """Whether a package is asked to be built although it may have a wheel."""
        return bool({name, ALL} & self.from_source) and name not in self.only_wheels


def read(lines: Sequence[str], *, builds: bool = False) -> Section:
    """Understand the lines; with ``builds``, also what has to be built.

    Raises `InvalidSpec`, naming the line, for what cannot be locked.
    """
    requirements: list[Requested] = []
    constraints: list[str] = []
    arguments: list[tuple[str, ...]] = []
    packages: dict[str, set[str]] = {"--no-binary": set(), "--only-binary": set()}
    for line in lines:
        if reason := piplines.refusal(line):
            raise refuse(line, reason, piplines.remedy(line))
        parsed = piplines.classify(line)
        if parsed.kind == "requirement":
            requirements.append(_requested(line, parsed.value, builds))
        elif parsed.kind == "constraint" and not parsed.option:
            constraints.append(_constraint(line, parsed.value))
        elif parsed.kind in ("index", "option"):
            for option in piplines.options(piplines.without_comment(line)):
                arguments += _argument(line, option, builds, packages)
        elif parsed.kind != "comment":
            raise _of_a_machine(line, parsed)
    return Section(
        tuple(requirements),
        tuple(constraints),
        tuple(flattened(arguments)),
        frozenset(packages["--no-binary"]),
        frozenset(packages["--only-binary"]),
    )


def names(lines: Sequence[str]) -> list[str]:
    """Canonical names of the packages that a pip section asks for by name; lines without one are passed over."""
    found: list[str] = []
    for line in lines:
        parsed = piplines.classify(line)
        text = _HASH.sub("", parsed.value)
        try:
            found += [canonicalize_name(Requirement(text).name)] if parsed.kind == "requirement" else []
        except InvalidRequirement:
            continue
    return found


def one(line: str) -> Requested | None:
    """What a line asks for, an address by the name of its file; None where it asks for nothing that can be locked."""
    parsed = piplines.classify(line)
    try:
        return _requested(line, parsed.value, builds=True) if parsed.kind == "requirement" else None
    except InvalidSpec:
        return None


def file_name(address: str) -> str:
    """The name of the file that is at an address; empty where the address is none."""
    try:
        return unquote(urlsplit(address).path.rpartition("/")[2])
    except ValueError:
        return ""


def where_to_look(lines: Sequence[str]) -> list[str]:
    """uv's arguments about indexes and trusted hosts, which count when something is installed, too."""
    wanted: list[tuple[str, ...]] = []
    for line in lines:
        body = piplines.without_comment(line)
        for option in piplines.options(body) if body.startswith("-") and piplines.refusal(line) is None else []:
            known = piplines.OPTIONS[option.option]
            if option.option == "--trusted-host" or option.kind == "index":
                wanted.append((known.uv, option.value) if known.takes_value else (known.uv,))
    return flattened(wanted)


def wants(lines: Sequence[str], option: str) -> bool:
    """Whether a pip section has an option of uv's, such as ``--no-deps``."""
    return option in read(lines, builds=True).options


def indexes(lines: Sequence[str]) -> list[str]:
    """The lines that say where to look."""
    return [line for line in lines if piplines.classify(line).kind == "index"]


def flattened(wanted: Sequence[tuple[str, ...]]) -> list[str]:
    """uv's arguments; of what may be said once only, the last."""
    once = {words[0]: words for words in wanted if words[0] == _ONCE or len(words) == 1}
    several = [words for words in wanted if words[0] not in once]
    return [word for words in (*once.values(), *several) for word in words]


def refuse(line: str, why: str, hint: str = _NAME_IT) -> InvalidSpec:
    """The error for one line of a pip section."""
    clean = redact(line if len(line) <= _LONGEST else line[:_LONGEST] + "…")
    return InvalidSpec(f"The pip line “{clean}” cannot be used: {why}.", hints=(hint,), line=clean)


def _of_a_machine(line: str, parsed: piplines.PipLine) -> InvalidSpec:
    """For a line that only makes sense beside files of the user's."""
    if parsed.kind == "editable":
        return refuse(line, "an editable install is a folder on one machine, which a lock cannot hold", _PUBLISH)
    where = "its file is read only where the environment file's own folder is known"
    return refuse(line, where, "Give the environment file by its path, or write the lines into its pip section.")


def _argument(
    line: str, option: piplines.PipLine, builds: bool, packages: dict[str, set[str]]
) -> list[tuple[str, ...]]:
    """uv's arguments for one option; ``packages`` takes note of the names behind --no-binary and --only-binary."""
    if option.option in packages:
        named = {str(canonicalize_name(name)) if name != ALL else ALL for name in re.split(r"[,\s]+", option.value)}
        if option.option == "--no-binary" and named != {":none:"} and not builds:
            raise refuse(line, _BUILDS_ARE_OFF, "Leave the line out; wheels are installed then.")
        packages[option.option] |= named - {":none:"}
        return []
    known = piplines.OPTIONS[option.option]
    if option.kind == "index" and known.takes_value and not _WEB.match(option.value):
        raise refuse(line, "only http and https addresses can be locked", "Give the address of an index.")
    if not known.uv:
        return []
    return [(known.uv, option.value) if known.takes_value else (known.uv,)]


def _requested(line: str, text: str, builds: bool) -> Requested:
    hashes = [found.partition(":") for found in _HASH.findall(text)]
    if any(algorithm not in ("sha256", "sha384", "sha512") for algorithm, _, _ in hashes):
        raise refuse(line, "its hash is none that protects", "Give hashes as --hash=sha256:….")
    requirement = _requirement(line, _HASH.sub("", text).strip())
    digests = {digest.lower() for algorithm, _, digest in hashes if algorithm == "sha256"}
    if hashes and not digests:
        raise refuse(line, "a lock needs a SHA-256", "Add --hash=sha256:….")
    if requirement.url:
        digests |= _check_address(line, requirement.url, bool(digests), builds)
    return Requested(line, requirement, frozenset(digests))


def _constraint(line: str, text: str) -> str:
    requirement = _requirement(line, text)
    if requirement.url:
        _check_address(line, requirement.url, False, builds=False)
    return str(requirement)


def _requirement(line: str, text: str) -> Requirement:
    if _REPOSITORY.match(text):
        raise _repository(line)
    if _PATH.match(text):
        raise refuse(line, "a path on one machine cannot be locked", _PUBLISH)
    try:
        return Requirement(_with_name(text))
    except InvalidRequirement as error:
        raise refuse(line, f"it is not a requirement ({str(error).splitlines()[0]})") from error


def _with_name(text: str) -> str:
    """A bare address as ``name @ address``, the name taken from the file's."""
    if not _WEB.match(text):
        return text
    file = file_name(text)
    try:
        name = parse_wheel_filename(file)[0] if file.endswith(".whl") else parse_sdist_filename(file)[0]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return text
    return f"{name} @ {text}"


def _check_address(line: str, address: str, has_hash: bool, builds: bool) -> set[str]:
    """The SHA-256 in an address. Raises `InvalidSpec` unless a lock can hold what is there."""
    if _REPOSITORY.match(address):
        raise _repository(line)
    if not _WEB.match(address):
        raise refuse(line, "only http and https addresses can be locked", _ARCHIVE)
    fragment = re.search(r"#(?:.*&)?sha256=([0-9A-Fa-f]{64})(?:&|\Z)", address)
    if not file_name(address).endswith(".whl"):
        _check_source(line, address, has_hash or fragment is not None, builds)
    return {fragment[1].lower()} if fragment else set()


def _check_source(line: str, address: str, has_hash: bool, builds: bool) -> None:
    if not builds:
        raise refuse(line, _BUILDS_ARE_OFF, "Give the address of a wheel, or name a release that has one.")
    if not source_version(address) or not has_hash:
        raise refuse(line, "a source archive needs a file named NAME-VERSION.tar.gz and a SHA-256", _ARCHIVE)


def _repository(line: str) -> InvalidSpec:
    return refuse(line, f"{_NO_HASH}; besides, it would have to be built, which runs its code", _ARCHIVE)


def source_version(address: str) -> str | None:
    """The version in the name of a source archive's file; None if the address is not one's."""
    file = file_name(address)
    if not file.endswith(ARCHIVES):
        return None
    try:
        return str(parse_sdist_filename(re.sub(r"\.(?:tgz|tar(?:\.\w+)?)\Z", ".tar.gz", file))[1])
    except InvalidSdistFilename:
        return None


def is_source(address: str) -> bool:
    """Whether what is at an address has to be built before it can be installed."""
    return file_name(address).endswith(ARCHIVES)


def check_builds(packages: Sequence[Package], allowed: bool) -> None:
    """Raises `Forbidden` for a pip package that has to be built where that is not allowed."""
    source = next((one for one in packages if one.manager == "pip" and is_source(one.url)), None)
    if source is not None and not allowed:
        raise Forbidden(
            f"{source.name} {source.version} would have to be built, which runs its code.",
            hints=("Take a release that has a wheel, or set Manager.allow_source_builds.",),
            name=source.name,
        )
