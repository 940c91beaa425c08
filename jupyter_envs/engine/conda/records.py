"""Packages as rattler's records, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rattler import BuildString, MatchSpec, PackageRecord, RepoDataRecord

from jupyter_envs import matchspec
from jupyter_envs.engine import current
from jupyter_envs.errors import InvalidSpec
from jupyter_envs.models import Package
from jupyter_envs.redact import clean_url


def file_name(package: Package) -> str:
    """The last part of a package's URL."""
    return package.url.rsplit("/", 1)[-1]


def channel_of(url: str) -> str:
    """The channel's URL for a package's URL: without the file and the platform's folder."""
    return url.rsplit("/", 2)[0] + "/"


def to_package(record: RepoDataRecord, platform: str) -> Package:
    """What we keep of a solved record."""
    return Package(
        name=record.name.normalized,
        version=str(record.version),
        manager="conda",
        platform=platform,
        build=str(record.build),
        build_number=record.build_number,
        subdir=record.subdir,
        url=record.url,
        sha256=record.sha256.hex() if record.sha256 else "",
        md5=record.md5.hex() if record.md5 else "",
        size=record.size,
        depends=tuple(record.depends),
    )


def record_of_entry(package: Package, entry: Path) -> RepoDataRecord:
    """The record of a package that is extracted at ``entry``, with its real metadata and the lock's URL and hash.

    It is written into the prefix, which others may read and which is packed and copied: without a secret in its URL.
    """
    record = PackageRecord.from_index_json(
        entry / "info" / "index.json", size=package.size, sha256=package.sha256 or None, md5=package.md5 or None
    )
    if package.depends:
        record.depends = list(package.depends)
    url = clean_url(package.url)[0]
    return RepoDataRecord(record, file_name(package), url, channel_of(url))


def record_of_lock(package: Package) -> RepoDataRecord:
    """The record of a package that only a lock describes; what it must not stand beside is not known."""
    record = PackageRecord(
        package.name,
        package.version,
        BuildString(package.build),
        package.build_number,
        package.subdir,
        depends=list(package.depends),
        sha256=bytes.fromhex(package.sha256) if package.sha256 else None,
        md5=bytes.fromhex(package.md5) if package.md5 else None,
        size=package.size,
    )
    return RepoDataRecord(record, file_name(package), package.url, channel_of(package.url))


def satisfies(package: Package, spec: str) -> bool:
    """Whether a package is one that a match spec asks for."""
    return match_spec(spec).matches(record_of_lock(package))


def located(spec: matchspec.MatchSpec) -> matchspec.MatchSpec:
    """The same spec with its channel's address in place of a name; of several channels behind a name the first."""
    if not spec.channel:
        return spec
    found = current.settings().expand([spec.channel])
    return replace(spec, channel=found[0].address) if found else spec


def match_spec(text: str) -> MatchSpec:
    """A match spec as conda reads it; rattler gets its canonical form, which leaves nothing to tolerance.

    Raises `InvalidSpec`, naming the spec.
    """
    try:
        return MatchSpec(str(located(matchspec.parse(text))), strict=False)
    except Exception as error:  # rattler raises several unrelated classes here
        raise InvalidSpec(
            f"“{text}” is not a package specification: {error}",
            hints=("Write a name, or a name with a version, such as numpy, numpy=2.1 or “numpy >=2,<3”.",),
            spec=text,
        ) from error
