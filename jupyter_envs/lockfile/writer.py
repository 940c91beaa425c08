"""`Lock` to text: conda-lock v1 YAML, or PEP 751's form for PyPI packages alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from .. import archives, pylock
from ..lock_fields import in_order, require_complete
from ..models import Lock, Package
from ..redact import clean_url
from ..yaml_text import scalar

_DEPENDENCY = re.compile(r"\s*([^\s<>=!~;@\[(]+)\s*(.*?)\s*\Z", re.DOTALL)


def write_as(name: str, lock: Lock, *, sources: Iterable[str] = ("environment.yml",)) -> str:
    """`write`, in the form that a file of this name has: ``.toml`` is PEP 751's, for PyPI packages alone."""
    return (pylock.write if name.endswith(".toml") else write)(lock, sources=sources)


def write(lock: Lock, *, sources: Iterable[str] = ("environment.yml",)) -> str:
    """conda-lock v1 YAML for ``lock``, sorted; secrets in addresses are left out.

    ``sources`` are the files that it was locked from, relative to the lock's folder. Raises `InvalidInput` for a
    package without address or SHA-256, which a lock cannot carry.
    """
    packages = in_order(lock.packages)
    extras = {
        **{f"as_of/{platform}": date for platform, date in lock.as_of.items()},
        **{f"system/{platform}": words for platform, words in lock.system.items()},
        **{f"python/{platform}": version for platform, version in lock.python.items()},
        **dict(_extras(packages)),
    }
    lines = ["version: 1", "metadata:"]
    # conda-lock needs an entry for every platform, also where what it was locked from is not known
    lines += _pairs("  ", "content_hash", {**dict.fromkeys(lock.platforms, ""), **lock.content_hash})
    lines += ["  channels:" if lock.channels else "  channels: []"]
    for channel in lock.channels:
        lines += [f"  - url: {scalar(clean_url(channel)[0])}", "    used_env_vars: []"]
    lines += _items("platforms", lock.platforms) + _items("sources", sources)
    lines += _pairs("  ", "custom_metadata", extras) if extras else []
    lines += ["package:" if packages else "package: []"]
    for package in packages:
        lines += _package_lines(package)
    return "\n".join(lines) + "\n"


def _extras(packages: Iterable[Package]) -> Iterator[tuple[str, str]]:
    for package in packages:
        key = f"{package.platform}/{package.manager}/{package.name}"
        if package.size is not None:
            yield f"size/{key}", str(package.size)
        if package.build_number != archives.implied_build_number(package.build):
            yield f"build_number/{key}", str(package.build_number)


def _pairs(indent: str, key: str, values: Mapping[str, str]) -> list[str]:
    if not values:
        return [f"{indent}{key}: {{}}"]
    return [f"{indent}{key}:", *(f"{indent}  {scalar(name)}: {scalar(value)}" for name, value in values.items())]


def _items(key: str, values: Iterable[str]) -> list[str]:
    items = [f"  - {scalar(value)}" for value in values]
    return [f"  {key}:", *items] if items else [f"  {key}: []"]


def _package_lines(package: Package) -> list[str]:
    require_complete(package)
    hashes = [f"    md5: {scalar(package.md5)}"] if package.md5 else []
    return [
        f"- name: {scalar(package.name)}",
        f"  version: {scalar(package.version)}",
        f"  manager: {package.manager}",
        f"  platform: {package.platform}",
        *_pairs("  ", "dependencies", _dependencies(package.depends)),
        f"  url: {scalar(clean_url(package.url)[0])}",
        "  hash:",
        *hashes,
        f"    sha256: {scalar(package.sha256)}",
        "  category: main",
        "  optional: false",
    ]


def _dependencies(depends: Iterable[str]) -> dict[str, str]:
    """By name; of several conditions on one package, those on the version are joined with commas."""
    found: dict[str, str] = {}
    for dependency in depends:
        parts = _DEPENDENCY.match(dependency)
        name, rest = (parts[1], parts[2]) if parts else (dependency, "")
        joinable = found.get(name) and rest and not re.search(r"[\s;@\[]", found[name] + rest)
        found[name] = f"{found[name]},{rest}" if joinable else found.get(name) or rest
    return found
