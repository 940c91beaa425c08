"""``pixi.lock``, in the versions that rattler reads: text → Lock."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from packaging.utils import canonicalize_name
from rattler import LockFile
from rattler.lock import CondaLockedBinaryPackage, PackageHashes, PypiLockedPackage

from jupyter_envs import archives, yaml_guard
from jupyter_envs.errors import InvalidFile, NotFound
from jupyter_envs.models import Lock, Package
from jupyter_envs.redact import clean_url, redact, show

SOURCE = "pixi.lock"
MAX_DEPTH = 12  # the file's own form needs seven
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_VERSION = re.compile(r"[A-Za-z0-9_.+!]+\Z")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f\\\\]+\Z|file://[^\s\x00-\x1f\x7f\\\\]+\Z")


def read(text: str, environment: str) -> Lock:
    """The packages of one environment for all platforms of the file, sorted.

    Raises `InvalidFile` for what rattler does not read and for a package without address or SHA-256 (a folder, a
    repository), `NotFound` for an environment that is not in it.
    """
    yaml_guard.read(text, source=SOURCE, max_depth=MAX_DEPTH)  # no bomb reaches a parser that does not expect one
    lock = parsed(text)
    chosen = lock.environment(environment)
    if chosen is None:
        known = ", ".join(sorted(name for name, _ in lock.environments()))
        raise NotFound(
            f"There is no environment {show(environment)} in {SOURCE}.", hints=(f"It has: {known}.",), key="environment"
        )
    platforms = {str(platform.subdir): platform for platform in chosen.platforms()}
    if len(platforms) < len(chosen.platforms()):
        raise InvalidFile(f"{SOURCE}: several platforms of one kind; expected each once.", path=SOURCE)
    packages = [
        to_package(item, name) for name, platform in platforms.items() for item in chosen.packages(platform) or ()
    ]
    return Lock(
        packages=tuple(sorted(packages, key=lambda one: (one.platform, one.manager, one.name))),
        channels=tuple(clean_url(address_of(channel))[0].rstrip("/") for channel in chosen.channels()),
        platforms=tuple(sorted(platforms)),
    )


def parsed(text: str) -> LockFile:
    """rattler's view of the file. Raises `InvalidFile` with rattler's own reason."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, SOURCE)
        path.write_text(text, encoding="utf-8")
        try:
            return LockFile.from_path(path)
        except Exception as error:  # rattler raises one class here, which its stubs do not name
            problem = " ".join(redact(str(error)).split())[:300]
            raise InvalidFile(f"{SOURCE}: {problem}", hints=("Write it again with pixi lock.",), path=SOURCE) from error


def address_of(channel: object) -> str:
    """The address in a channel, which rattler shows only as a text."""
    found = re.search(r'url="([^"]*)"', repr(channel))
    return found[1] if found else str(channel)


def to_package(item: object, platform: str) -> Package:
    """One locked package. Raises `InvalidFile`."""
    if isinstance(item, CondaLockedBinaryPackage):
        return conda_package(item, platform)
    if isinstance(item, PypiLockedPackage):
        return pip_package(item, platform)
    raise refuse(item, "has to be built from a folder or a repository")


def conda_package(item: CondaLockedBinaryPackage, platform: str) -> Package:
    """A conda archive."""
    record, archive = item.package_record, archives.parse(item.location)
    if record is None or archive is None or archive.subdir not in (platform, "noarch"):
        raise refuse(item, f"has an address that is not a package's for {platform}")
    if (archive.name, archive.version, archive.build) != (
        record.name.normalized,
        str(record.version),
        str(record.build),
    ):
        raise refuse(item, "has the address of another package")
    hashes = hashes_of(item)
    return Package(
        name=archive.name,
        version=archive.version,
        platform=platform,
        build=archive.build,
        build_number=record.build_number,
        subdir=archive.subdir,
        url=checked_address(item),
        sha256=checked_hash(item),
        md5=hashes.md5.hex() if hashes and hashes.md5 else "",
        size=record.size,
        depends=tuple(record.depends),
    )


def pip_package(item: PypiLockedPackage, platform: str) -> Package:
    """A wheel or a source archive."""
    if not _NAME.match(str(item.name)) or not _VERSION.match(str(item.version)):
        raise refuse(item, "has no name and version that a package can have")
    return Package(
        name=canonicalize_name(str(item.name)),
        version=str(item.version),
        manager="pip",
        platform=platform,
        url=checked_address(item),
        sha256=checked_hash(item),
        depends=tuple(item.requires_dist),
    )


def checked_address(item: CondaLockedBinaryPackage | PypiLockedPackage) -> str:
    """Where it comes from: an address of one file."""
    if not _ADDRESS.match(item.location):
        raise refuse(item, f"comes from {show(redact(item.location))}, which is no address of a file")
    return str(item.location)


def checked_hash(item: CondaLockedBinaryPackage | PypiLockedPackage) -> str:
    """Its SHA-256."""
    hashes = hashes_of(item)
    if hashes is None or not hashes.sha256:
        raise refuse(item, "has no SHA-256")
    return str(hashes.sha256.hex())


def hashes_of(item: CondaLockedBinaryPackage | PypiLockedPackage) -> PackageHashes | None:
    """Its hashes; rattler itself fails where there are none."""
    try:
        hashes = item.hashes
        return hashes if hashes is not None and hashes.sha256 is not None else None
    except AttributeError:
        return None


def refuse(item: object, why: str) -> InvalidFile:
    """The error for one package."""
    name = show(str(getattr(item, "name", "a package")))
    return InvalidFile(
        f"{SOURCE}: {name} {why}.", hints=("Only archives with a hash can be installed from a lock.",), path=SOURCE
    )
