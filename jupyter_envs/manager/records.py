"""What another tool's environment is made of, by its own records: for exports, and a lock where hashes are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from jupyter_envs import envfile, prefix
from jupyter_envs.discovery import Foreign
from jupyter_envs.errors import Conflict
from jupyter_envs.exports import Source
from jupyter_envs.machine import homes
from jupyter_envs.manager.exporting import source_of_prefix
from jupyter_envs.models import Lock, Package, Spec

NAMED = 5


def source_of_foreign(foreign: Foreign, platform: str) -> Source:
    """It as it is on disk. Raises `DiskTrouble` for a damaged record."""
    if foreign.is_conda:
        source = source_of_prefix(foreign.prefix, platform)
        spec = replace(source.spec, name=foreign.name, pip=exact(source.packages, "pip"))
        return replace(source, name=foreign.name, spec=spec if spec.conda else whole(spec, source.packages))
    contents = prefix.contents(foreign.prefix, platform)
    python = (f"python=={foreign.python}",) if foreign.python else ()
    spec = Spec(foreign.name, conda=python, pip=exact(contents.packages, "pip"))
    return Source(foreign.name, platform, contents.packages, spec, None, contents.origins, homes())


def whole(spec: Spec, packages: Sequence[Package]) -> Spec:
    """The same where no history tells what was asked for: every package, by its version."""
    return replace(spec, conda=exact(packages, "conda"))


def exact(packages: Iterable[Package], manager: str) -> tuple[str, ...]:
    """Every package of conda or of pip, by its version."""
    return tuple(f"{package.name}=={package.version}" for package in packages if package.manager == manager)


def lock_of(foreign: Foreign, source: Source) -> Lock:
    """The lock of a conda environment. Raises `Conflict` where an address or a hash is not known."""
    unknown = without_hash(source.packages)
    if unknown:
        raise Conflict(
            f"{foreign.name} cannot be locked: the source of {listed(unknown)} is not known.",
            hints=(f"Clone it, and pin to the clone: jupyter envs clone {foreign.name} NEWNAME",),
            name=foreign.name,
            packages=[package.name for package in unknown],
        )
    lock = Lock(source.packages, source.spec.channels, (source.platform,))
    return envfile.locked_from(lock, source.spec)


def without_hash(packages: Iterable[Package]) -> list[Package]:
    """The packages whose address or SHA-256 nothing tells."""
    return [package for package in packages if not package.url or not package.sha256]


def listed(packages: Sequence[Package]) -> str:
    """Their names, the first few of many."""
    names = ", ".join(package.name for package in packages[:NAMED])
    return f"{names} and {len(packages) - NAMED} more" if len(packages) > NAMED else names
