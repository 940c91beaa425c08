"""Exports by hash: conda's ``@EXPLICIT`` list, conda-lock, requirements with hashes, and pylock.toml (PEP 751)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from .. import lockfile
from ..models import Lock, Package
from ..origins import Origin
from ..versions import any_of_minor
from .environment_files import Written, index_options, left_out, requirement
from .homes import shortened
from .portable import portable_lines
from .source import Source, require_hashes

NO_WHEELS = "There is no PyPI package in this environment."


def explicit(source: Source) -> Written:
    """A list for ``conda create --file``: conda packages with ``#sha256:``; the pip ones as comments."""
    conda = source.of("conda")
    require_hashes(conda, "an explicit list")
    pip = [f"#   {requirement(source, one)}{_option(one)}" for one in gettable(source)]
    heading = ["# An explicit list holds conda packages only; these are from PyPI:"] if pip else []
    lines = [f"# platform: {source.platform}", *heading, *pip, "@EXPLICIT"]
    lines += [f"{package.url}#sha256:{package.sha256}" for package in conda]
    notes = ("An explicit list holds conda packages only: the PyPI packages are comments in it.",) if pip else ()
    return "\n".join(lines) + "\n", (*notes, *left_out_of(source))


def conda_lock(source: Source) -> Written:
    """The lock that made the environment; where it has drifted, a new one of what is really installed."""
    if source.lock is not None and not source.drifted:
        return _made_from(source, source.lock)
    packages = tuple(package for package in source.packages if package not in source.local)
    require_hashes(packages, "a lock")
    notes = ("Something else is installed than was locked: this lock says what is installed.",) if source.lock else ()
    text = lockfile.write(Lock(packages, _channels(source, packages), (source.platform,)))
    return text, (*notes, *left_out_of(source))


def requirements(source: Source) -> Written:
    """The PyPI part for ``pip install --require-hashes`` and uv."""
    wheels = gettable(source)
    repositories = repositories_of(source)
    require_hashes((one for one in wheels if one.name not in repositories), "requirements with hashes")
    options, about_options = portable_lines(source, index_options(source.spec.pip) if wheels else ())
    lines = [f"# The PyPI part of the environment {source.name}, for {_python(source)} on {source.platform}."]
    lines += [f"# {one.name} {one.version} was installed from files of this machine." for one in source.local]
    lines += options
    for one in wheels:
        # a hash and an editable install exclude each other
        line = requirement(source, one, editable=False)
        lines.append(line if one.name in repositories else f"{line} \\\n    --hash=sha256:{one.sha256}")
    notes = [f"{name} comes from a repository: uv takes it, pip refuses it beside hashes." for name in repositories]
    return "\n".join(lines) + "\n", (*notes, *about_options, *_about(source, wheels))


def pylock(source: Source) -> Written:
    """The PyPI part as pylock.toml, for the platform and the Python that it is installed for."""
    wheels = gettable(source)
    require_hashes((one for one in wheels if one.name not in repositories_of(source)), "pylock.toml")
    lines = ['lock-version = "1.0"', *_requires_python(source), 'created-by = "jupyter-envs"']
    # a table of its own kind in front of an empty list would be no valid file
    lines += [] if wheels else ["packages = []"]
    for one in wheels:
        lines += ["", "[[packages]]", f"name = {toml_text(one.name)}", f"version = {toml_text(one.version)}"]
        lines += _origin_lines(one, source.origin(one))
    return "\n".join(lines) + "\n", _about(source, wheels)


def channels_of(packages: Iterable[Package]) -> tuple[str, ...]:
    """The channels that packages came from, the one with most packages first."""
    folders = Counter(one.url.rpartition("/")[0] for one in packages if one.manager == "conda" and one.url)
    counts: Counter[str] = Counter()
    for folder, count in folders.items():
        counts[folder.rpartition("/")[0]] += count
    return tuple(sorted(counts, key=lambda channel: (-counts[channel], channel)))


def _channels(source: Source, packages: Iterable[Package]) -> tuple[str, ...]:
    """By the names that are known for them."""
    if source.lock:
        return source.lock.channels
    named = source.spec.channels or channels_of(packages)
    return tuple(shortened(source.homes, channel) for channel in named)


def _made_from(source: Source, lock: Lock) -> Written:
    """A lock without the wheels that nobody else can get; then it is no whole answer to the file that was asked for."""
    local = [package for package in lock.packages if package.manager == "pip" and source.is_local(package)]
    if not local:
        return lockfile.write(lock), ()
    packages = tuple(package for package in lock.packages if package not in local)
    text = lockfile.write(replace(lock, packages=packages, content_hash={}))
    return text, tuple(dict.fromkeys(map(left_out, local)))


def gettable(source: Source) -> list[Package]:
    """The pip packages that others can get."""
    local = {package.name for package in source.local}
    return [package for package in source.of("pip") if package.name not in local]


def left_out_of(source: Source) -> tuple[str, ...]:
    """A sentence about each pip package that others cannot get."""
    return tuple(map(left_out, source.local))


def _about(source: Source, wheels: Sequence[Package]) -> tuple[str, ...]:
    return (*([] if wheels else [NO_WHEELS]), *left_out_of(source))


def repositories_of(source: Source) -> list[str]:
    """The names of the pip packages that were installed from a repository."""
    return [name for name in sorted(source.origins) if _is_repository(source.origins[name])]


def _is_repository(origin: Origin | None) -> bool:
    return origin is not None and "+" in origin.address.partition("://")[0]


def _option(package: Package) -> str:
    return f" --hash=sha256:{package.sha256}" if package.sha256 else ""


def _python(source: Source) -> str:
    return f"Python {source.python}".rstrip()


def _requires_python(source: Source) -> list[str]:
    wish = any_of_minor(source.python)
    return [f'requires-python = "{wish}"'] if wish else []


def _origin_lines(package: Package, origin: Origin | None) -> list[str]:
    if origin is not None and _is_repository(origin):
        return _repository_lines(origin)
    hashes = f"hashes = {{ sha256 = {toml_text(package.sha256)} }}"
    size = f", size = {package.size}" if package.size is not None else ""
    name = unquote(urlsplit(package.url).path.rpartition("/")[2])
    if origin is not None or not name.endswith(".whl"):
        return [f"archive = {{ url = {toml_text(package.url)}{size}, {hashes} }}"]
    return [f"wheels = [{{ name = {toml_text(name)}, url = {toml_text(package.url)}{size}, {hashes} }}]"]


def _repository_lines(origin: Origin) -> list[str]:
    address, _, fragment = origin.address.partition("#")
    kind, _, rest = address.partition("+")
    url, _, commit = rest.rpartition("@")
    subdirectory = next((part[13:] for part in fragment.split("&") if part.startswith("subdirectory=")), "")
    more = f", subdirectory = {toml_text(subdirectory)}" if subdirectory else ""
    return [f"vcs = {{ type = {toml_text(kind)}, url = {toml_text(url)}, commit-id = {toml_text(commit)}{more} }}"]


def toml_text(value: str) -> str:
    """A TOML text; JSON's is one, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
