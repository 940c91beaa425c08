"""Ways in which an environment leaves the machine: full and portable environment files, and ``@EXPLICIT`` lists.

Conda locks are `lockfile`'s. Secrets are taken out of every address; `cleaned` says which ones had any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from . import envfile, matchspec, piplines
from .errors import InvalidInput
from .models import Package, Spec
from .redact import clean_url

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)


def full(spec: Spec, packages: Sequence[Package]) -> str:
    """An environment file that names every package: conda's as ``name=version=build``, pip's as ``name==version``.

    Name, channels and variables are the ``spec``'s. It fits one platform; use a lock where hashes matter.
    """
    ordered = sorted(packages, key=lambda package: package.name)
    conda = tuple(_exact(package) for package in ordered if package.manager == "conda")
    pip = tuple(_requirement(package) for package in ordered if package.manager == "pip")
    return portable(replace(spec, conda=conda, pip=_options(spec.pip) + pip, platforms=()))


def portable(spec: Spec) -> str:
    """An environment file with what was asked for, without secrets; with ``pip`` where only a pip section needs it."""
    names = {matchspec.parse(text).name for text in spec.conda}
    needs_pip = bool(spec.pip) and "pip" not in names
    return envfile.write(clean(replace(spec, conda=(*spec.conda, "pip") if needs_pip else spec.conda)))


def explicit(packages: Iterable[Package], platform: str) -> str:
    """A list for ``conda create --file``: every conda package's address with ``#sha256:``, the pip ones as comments.

    Packages for other platforms are left out. Raises `InvalidInput` for a conda package without address or SHA-256.
    """
    chosen = sorted((package for package in packages if package.platform in ("", platform)), key=lambda one: one.name)
    conda = [_address(package) for package in chosen if package.manager == "conda"]
    pip = [f"#   {_requirement(package)}{_hash_option(package)}" for package in chosen if package.manager == "pip"]
    heading = ["# An explicit list holds conda packages only; these are from PyPI:"] if pip else []
    return "\n".join([f"# platform: {platform}", *heading, *pip, "@EXPLICIT", *conda]) + "\n"


def clean(spec: Spec) -> Spec:
    """``spec`` without secrets in its channels, match specs and pip lines."""
    return replace(
        spec,
        channels=tuple(clean_url(channel)[0] for channel in spec.channels),
        conda=tuple(map(_clean_words, spec.conda)),
        pip=tuple(map(_clean_words, spec.pip)),
    )


def cleaned(spec: Spec) -> tuple[str, ...]:
    """The channels and lines, already clean, that a secret was taken out of: something to tell the user."""
    safe = clean(spec)
    before = (*spec.channels, *spec.conda, *spec.pip)
    after = (*safe.channels, *safe.conda, *safe.pip)
    return tuple(new for old, new in zip(before, after, strict=True) if old != new)


def _exact(package: Package) -> str:
    return f"{package.name}={package.version}={package.build}" if package.build else f"{package.name}={package.version}"


def _requirement(package: Package) -> str:
    """``name==version``, or ``name @ address`` for what was installed from a repository."""
    if _REPOSITORY.match(package.url):
        return f"{package.name} @ {package.url}"
    return f"{package.name}=={package.version}"


def _options(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that say where pip packages come from."""
    return tuple(line for line in lines if piplines.classify(line).kind == "index")


def _address(package: Package) -> str:
    if not package.url or not package.sha256:
        missing = "SHA-256" if package.url else "address"
        raise InvalidInput(f"{package.name} {package.version} has no {missing}, so an explicit list cannot name it")
    return f"{clean_url(package.url)[0]}#sha256:{package.sha256}"


def _hash_option(package: Package) -> str:
    return f" --hash=sha256:{package.sha256}" if package.sha256 else ""


def _clean_words(text: str) -> str:
    return _ADDRESS.sub(lambda found: clean_url(found[0])[0], text)
