"""Environments as Jupyter kernels: ordinary `kernel.json` files in the user's own Jupyter folder.

The format is jupyter_client's (jupyter-client.readthedocs.io, "Kernel specs"). A kernelspec that we did not write
is never overwritten and never removed. Nothing runs at a kernel's start but its interpreter.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir, jupyter_path

from jupyter_envs.errors import InvalidInput, NameTaken
from jupyter_envs.files import disk, write_atomically

MARK = "jupyter_envs"
ASIDE = ".jupyter-envs."
PLACEHOLDER = re.compile(r"\{(connection_file|prefix|resource_dir)\}")
SECONDS_ASIDE = 60.0
RESOURCE_LIMIT = 1024 * 1024
# The kernel that gives the environment its name, if the prefix has several.
PREFERRED = ("python3", "ir")


@dataclass(frozen=True)
class Kernel:
    """A kernelspec found in a prefix: its folder's name, its `kernel.json`, and the folder."""

    name: str
    spec: Mapping[str, Any]
    folder: Path


@dataclass(frozen=True)
class Place:
    """Whose kernels are published: an environment's name, the id of its generation, and the prefix.

    ``foreign`` says that another tool made the environment, and has no generations.
    """

    environment: str
    generation: str
    prefix: Path
    foreign: bool = False


def kernels_dir() -> Path:
    """Where the user's own kernelspecs are."""
    return Path(jupyter_data_dir()) / "kernels"


def kernel_name(environment: str) -> str:
    """Jupyter looks kernels up in lower case."""
    return environment.lower()


def find(prefix: Path) -> list[Kernel]:
    """All kernelspecs of a prefix, the one that gets the environment's name first."""
    found = []
    for path in sorted(prefix.glob("share/jupyter/kernels/*/kernel.json")):
        spec = read(path)
        if spec is not None:
            found.append(Kernel(path.parent.name, spec, path.parent))
    return sorted(
        found or unregistered(prefix),
        key=lambda kernel: PREFERRED.index(kernel.name) if kernel.name in PREFERRED else len(PREFERRED),
    )


def unregistered(prefix: Path) -> list[Kernel]:
    """The kernel of an ipykernel that came without its kernelspec."""
    for resources in sorted(prefix.glob("lib/python3*/site-packages/ipykernel/resources")):
        argv = [str(prefix / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Python 3", "language": "python", "metadata": {"debugger": True}}
        return [Kernel("python3", spec, resources)]
    return []


def read(path: Path) -> dict[str, Any] | None:
    """A `kernel.json`; None for what is not one."""
    try:
        spec = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    argv = spec.get("argv") if isinstance(spec, dict) else None
    return spec if isinstance(argv, list) and argv and all(isinstance(part, str) for part in argv) else None


def mark_of(folder: Path) -> dict[str, Any] | None:
    """What we wrote into the kernelspec in ``folder`` about its environment; None if it is not ours."""
    spec = read(folder / "kernel.json")
    metadata = spec.get("metadata") if spec else None
    mark = metadata.get(MARK) if isinstance(metadata, dict) else None
    return mark if isinstance(mark, dict) else None


def is_torn(folder: Path) -> bool:
    """Whether a kernelspec is damaged: Jupyter cannot start it, and it does not say whose it is."""
    return not folder.is_symlink() and (folder / "kernel.json").is_file() and read(folder / "kernel.json") is None


def is_ours(folder: Path, environment: str | None = None) -> bool:
    """Whether we wrote the kernelspec in ``folder`` for any environment of the store, or for one."""
    mark = mark_of(folder)
    if mark is None or mark.get("foreign"):
        return False
    return environment is None or mark.get("environment") == environment


def is_of(folder: Path, place: Place) -> bool:
    """Whether a kernelspec may be replaced by one of ``place``: of the store, or of the same foreign environment."""
    mark = mark_of(folder) or {}
    return mark.get("prefix") == str(place.prefix) and bool(mark.get("foreign")) if place.foreign else is_ours(folder)


def require_free(environment: str, place: Place | None = None) -> None:
    """Raise `NameTaken` when a kernel of somebody else has the name that this environment's kernel would get.

    ``place`` is the foreign environment that asks, whose own kernel is no obstacle.
    """
    owner = place or Place(environment, "", Path())
    name = kernel_name(environment)
    for base in jupyter_path("kernels"):
        folders = [entry for entry in Path(base).glob("*") if entry.name.lower() == name]
        if any((folder / "kernel.json").is_file() and not is_of(folder, owner) for folder in folders):
            raise NameTaken(
                f"A kernel named {name} is registered already, and not by Jupyter Envs.",
                hints=("Choose another name; the other kernel stays as it is.",),
                name=environment,
            )


def compose(kernel: Kernel, place: Place, env: Mapping[str, str], display: str) -> dict[str, Any]:
    """The `kernel.json` to publish: absolute interpreter, captured activation, the kernel's own metadata."""
    mark: dict[str, Any] = {"environment": place.environment, "prefix": str(place.prefix)}
    mark.update({"foreign": True} if place.foreign else {"generation": place.generation})
    return {
        **kernel.spec,
        "argv": [interpreter(kernel.spec["argv"][0], place.prefix), *kernel.spec["argv"][1:]],
        "display_name": display,
        "env": {"PYTHONNOUSERSITE": "1", **kernel.spec.get("env", {}), **env},
        "metadata": {**kernel.spec.get("metadata", {}), MARK: mark},
    }


def interpreter(command: str, prefix: Path) -> str:
    """The program of a kernel as an absolute path inside the prefix."""
    if Path(command).is_relative_to(prefix):
        return command
    inside = prefix / "bin" / Path(command).name
    return str(inside if inside.exists() or not Path(command).is_absolute() else command)


def publish(place: Place, env: Mapping[str, str]) -> list[str]:
    """Write a kernelspec for each kernel of the prefix and return their `names`.

    Kernelspecs of earlier generations that are no more are removed.
    """
    require_plain(place.prefix)
    published = names(place.environment, place.prefix)
    with disk("Writing the kernel", kernels_dir()):
        write_all(place, published, env)
    if not place.foreign:
        remove(place.environment, keep=published)
    return published


def require_plain(prefix: Path) -> None:
    """Raise `InvalidInput` for a folder whose name Jupyter would take for one of its placeholders in `argv`."""
    found = PLACEHOLDER.search(str(prefix))
    if found:
        raise InvalidInput(
            f"No kernel can start from {prefix}: Jupyter replaces {found[0]} by something else.",
            hints=("Set Manager.root_dir to a folder without braces in its name.",),
            path=str(prefix),
        )


def write_all(place: Place, published: Sequence[str], env: Mapping[str, str]) -> None:
    """Write the kernelspecs under these names."""
    for position, (name, kernel) in enumerate(zip(published, find(place.prefix), strict=True)):
        own = kernel.spec.get("display_name", kernel.name)
        display = f"{place.environment} ({own})" if position else place.environment
        install(kernels_dir() / name, compose(kernel, place, env, display), kernel.folder, place)


def names(environment: str, prefix: Path) -> list[str]:
    """The names under which the kernels of a prefix are published, the environment's own first."""
    own = kernel_name(environment)
    return [f"{own}.{kernel.name.lower()}" if position else own for position, kernel in enumerate(find(prefix))]


def install(folder: Path, spec: Mapping[str, Any], resources: Path, place: Place) -> None:
    """Put a kernelspec in its place; an observer sees the old one or the new one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink() or (folder.exists() and not is_of(folder, place)):
        raise NameTaken(f"A kernel named {folder.name} is registered already.", name=folder.name)
    # beside the folder that Jupyter lists, so that nobody sees a kernel that is half written
    part = aside(folder)
    part.mkdir()
    try:
        for file in resources.iterdir():
            if file.name != "kernel.json" and file.is_file() and file.stat().st_size <= RESOURCE_LIMIT:
                shutil.copyfile(file, part / file.name)
        write_atomically(part / "kernel.json", json.dumps(spec, indent=1))
        if folder.exists():
            exchange(part, folder)
        else:
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def aside(folder: Path) -> Path:
    """A new name beside the folder that Jupyter lists, for a kernelspec that comes or goes."""
    return folder.parent.parent / f"{ASIDE}{folder.name}.{secrets.token_hex(4)}"


def parts() -> list[Path]:
    """Kernelspecs aside that nobody has touched for a minute: what a crash left."""
    folder = kernels_dir().parent
    found = folder.glob(f"{ASIDE}*") if folder.is_dir() else ()
    return [path for path in found if path.is_dir() and time.time() - path.lstat().st_mtime > SECONDS_ASIDE]


def exchange(part: Path, folder: Path) -> None:
    """Replace the files of a kernelspec one by one, `kernel.json` last and atomically."""
    for file in sorted(part.iterdir(), key=lambda file: file.name == "kernel.json"):
        file.replace(folder / file.name)


def published() -> list[tuple[str, Path]]:
    """``(name, interpreter)`` of all kernelspecs that we wrote."""
    found = [(path.parent, read(path)) for path in sorted(kernels_dir().glob("*/kernel.json"))]
    return [(folder.name, Path(spec["argv"][0])) for folder, spec in found if spec and mark_of(folder) is not None]


def adopted() -> dict[str, tuple[str, list[str]]]:
    """Foreign environments that we registered kernels for: prefix → ``(environment's name, names of kernels)``."""
    found: dict[str, tuple[str, list[str]]] = {}
    for path in sorted(kernels_dir().glob("*/kernel.json")):
        mark = mark_of(path.parent) or {}
        if mark.get("foreign"):
            own = found.setdefault(str(mark.get("prefix")), (str(mark.get("environment")), []))
            own[1].append(path.parent.name)
    return {prefix: (name, sorted(kernels, key=len)) for prefix, (name, kernels) in found.items()}


def release(prefix: str, keep: Iterable[str] = ()) -> list[str]:
    """Remove the kernelspecs that we wrote for a foreign environment and return their names."""
    names = [name for name in adopted().get(prefix, ("", []))[1] if name not in set(keep)]
    for name in names:
        discard(kernels_dir() / name)
    return names


def remove(environment: str, keep: Iterable[str] = ()) -> list[str]:
    """Remove the kernelspecs that we wrote for an environment and return their names."""
    kept, gone = set(keep), []
    for path in kernels_dir().glob("*/kernel.json"):
        if path.parent.name not in kept and is_ours(path.parent, environment):
            discard(path.parent)
            gone.append(path.parent.name)
    return sorted(gone)


def discard(folder: Path) -> None:
    """Remove a kernelspec's folder, in one step for those who look; of a link only the link."""
    if folder.is_symlink():
        folder.unlink()
        return
    gone = aside(folder)
    folder.rename(gone)
    shutil.rmtree(gone)
