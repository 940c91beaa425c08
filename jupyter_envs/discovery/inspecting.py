"""A folder that may be an environment → what it is."""

from __future__ import annotations

import os
import re
from pathlib import Path

from jupyter_envs.discovery.reading import folders, names, read_text
from jupyter_envs.discovery.values import Candidate, Foreign, Kind

VERSION = re.compile(r"\d+(?:\.\d+){0,2}")


class Broken(Exception):
    """It looks like an environment, and cannot be used."""


def inspect(candidate: Candidate) -> Foreign | None:
    """What the folder is; None for one that is no environment. Raises `Broken`, `OSError`."""
    if os.path.isdir(f"{candidate.path}/conda-meta"):  # noqa: PTH112
        return conda(candidate)
    try:
        settings = parse_cfg(read_text(f"{candidate.path}/pyvenv.cfg"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return virtual(candidate, settings)


def conda(candidate: Candidate) -> Foreign:
    """A conda prefix, by the names of its records alone: there may be hundreds."""
    stems = [name[:-5] for name in names(f"{candidate.path}/conda-meta") if name.endswith(".json")]
    packages = {name: rest[0] for name, *rest in (stem.rsplit("-", 2) for stem in stems) if rest}
    if "python" in packages:
        require_python(candidate.path)
    kind: Kind = "pixi" if "/.pixi/envs/" in candidate.path else "conda"
    kernel = "ipykernel" in packages or has_kernelspec(candidate.path)
    source = candidate.source or kind
    return Foreign(candidate.name, Path(candidate.path), kind, source, packages.get("python"), len(stems), kernel)


def virtual(candidate: Candidate, settings: dict[str, str]) -> Foreign:
    """A virtual environment, by its `pyvenv.cfg` and the names in its `site-packages`."""
    require_python(candidate.path)
    project = project_of(candidate.path)
    kind: Kind = (
        "pipenv" if project else "uv" if "uv" in settings else "virtualenv" if "virtualenv" in settings else "venv"
    )
    found = VERSION.match(settings.get("version_info") or settings.get("version", ""))
    distributions = [name for site in sites(candidate.path) for name in names(site) if name.endswith(".dist-info")]
    kernel = has_kernelspec(candidate.path) or any(name.startswith("ipykernel-") for name in distributions)
    name = os.path.basename(project) if project else candidate.name  # noqa: PTH119
    source = candidate.source or kind
    return Foreign(name, Path(candidate.path), kind, source, found[0] if found else None, len(distributions), kernel)


def parse_cfg(text: str) -> dict[str, str]:
    """The ``key = value`` lines of a `pyvenv.cfg`."""
    pairs = (line.partition("=")[::2] for line in text.splitlines() if "=" in line)
    return {key.strip().lower(): value.strip() for key, value in pairs}


def project_of(prefix: str) -> str | None:
    """The folder of the pipenv project that an environment belongs to, None if it is not pipenv's."""
    folder, name = os.path.split(prefix)
    try:
        project = read_text(f"{prefix}/.project").strip()
    except OSError:
        project = folder if name == ".venv" else ""
    return project if project and os.path.isfile(f"{project}/Pipfile") else None  # noqa: PTH113


def require_python(prefix: str) -> None:
    """Raise `Broken` unless the interpreter, or what it links to, is there."""
    if not os.path.exists(f"{prefix}/bin/python"):  # noqa: PTH110
        raise Broken("its interpreter is gone")


def sites(prefix: str) -> list[str]:
    """The folders of Python packages."""
    found = (f"{entry.path}/site-packages" for entry in folders(f"{prefix}/lib") if entry.name.startswith("python"))
    return [site for site in found if os.path.isdir(site)]  # noqa: PTH112


def has_kernelspec(prefix: str) -> bool:
    """Whether a kernelspec is installed in it."""
    found = folders(f"{prefix}/share/jupyter/kernels")
    return any(os.path.isfile(f"{entry.path}/kernel.json") for entry in found)  # noqa: PTH113
