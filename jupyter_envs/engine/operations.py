"""What a worker can be asked: each operation takes the arguments of a request and gives JSON values back.

Says how it goes to the `Tracker`, and raises `EnvsError` for what the user has to know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_envs import pipsection, pylock_choice
from jupyter_envs.engine import (
    activation,
    bytecode,
    cache,
    current,
    packing,
    pypi,
    pypi_install,
    pypi_interpreters,
    pypi_managed,
    pypi_offers,
    pypi_uv,
    shared,
)
from jupyter_envs.engine.conda import adding, fetch, install, network, pixi_lock, records, search, solve
from jupyter_envs.engine.guard import activation_scripts
from jupyter_envs.engine.messages import interpreter_from_json, packages_from_json, packages_to_json
from jupyter_envs.engine.progress import Tracker
from jupyter_envs.files import require_room
from jupyter_envs.models import Package
from jupyter_envs.virtual import System

Args = dict[str, Any]
COPIED = "Files were copied from the package cache, and take their space again: they cannot be hard links here."
SHARED_COPIED = "Files of the shared cache {} were copied, and take their space again: they cannot be hard links here."

# what a worker that is kept for searching has read
CATALOGUES = search.Catalogues()


async def do_solve(args: Args, tracker: Tracker) -> Any:
    """Conda packages for one platform."""
    tracker.start("solving")
    found = await solve.solve(
        channels=args["channels"],
        specs=args["specs"],
        platform=args["platform"],
        cache_dir=Path(args["cache_dir"]),
        locked=packages_from_json(args["locked"]),
        system=System(**args["system"]),
        as_of=args["as_of"],
    )
    return {
        "packages": packages_to_json(found.packages),
        "lacks_kernel": solve.lacks_kernel(found.packages, args["pip_names"]),
        "undated": found.undated,
        "newer": found.newer,
    }


async def do_resolve_pip(args: Args, tracker: Tracker) -> Any:
    """PyPI packages for one platform."""
    tracker.start("pip")
    conda = packages_from_json(args["conda"])
    found = await pypi.resolve(
        args["lines"],
        conda,
        platform=args["platform"],
        cache_dir=Path(args["cache_dir"]),
        index=args["index"],
        builds=args["builds"],
        dependencies=args["dependencies"],
        locked=packages_from_json(args["locked"]),
        system=System(**args["system"]),
        as_of=args["as_of"],
        python=args["python"],
    )
    return {"packages": packages_to_json(found.packages), "newer": found.newer, "yanked": found.yanked}


async def do_find_python(args: Args, tracker: Tracker) -> Any:
    """A Python of this machine."""
    cache_dir, downloaded = Path(args["cache_dir"]), Path(args["pythons"])
    return asdict(await pypi_interpreters.find(args["wish"], args["near"], cache_dir, downloaded))


async def do_choose_python(args: Args, tracker: Tracker) -> Any:
    """A Python that can be downloaded."""
    return asdict(await pypi_offers.choose(args["wish"], args["near"], args["source"], Path(args["cache_dir"])))


async def do_defaults(args: Args, tracker: Tracker) -> Any:
    """What rattler and uv take by themselves: the address before a channel's plain name, and the package index."""
    return {"alias": network.own_alias(), "index": await pypi_uv.own_index(Path(args["cache_dir"]))}


async def do_own_alias(args: Args, tracker: Tracker) -> Any:
    """What rattler puts before a channel's plain name where nothing is configured."""
    return network.own_alias()


async def do_detect(args: Args, tracker: Tracker) -> Any:
    """The virtual packages of this machine."""
    return solve.detected()


async def do_satisfies(args: Args, tracker: Tracker) -> Any:
    """For each match spec, whether the package beside it is one that it asks for."""
    packages = packages_from_json(args["packages"])
    return [records.satisfies(package, spec) for spec, package in zip(args["specs"], packages, strict=True)]


async def do_read_pylock(args: Args, tracker: Tracker) -> Any:
    """The part of another tool's pylock.toml that is for this machine and a version of Python."""
    root = pylock_choice.read(args["text"])
    found = pylock_choice.choose(root, args["platform"], args["python"], System(**args["system"]))
    return packages_to_json(found.packages)


async def do_wish_of_pylock(args: Args, tracker: Tracker) -> Any:
    """For which Pythons another tool's pylock.toml is."""
    return pylock_choice.wished_python(pylock_choice.read(args["text"]))


async def do_read_pixi_lock(args: Args, tracker: Tracker) -> Any:
    """One environment of a pixi.lock, for all its platforms."""
    found = pixi_lock.read(args["text"], args["environment"])
    return {**asdict(found), "packages": packages_to_json(found.packages)}


async def do_pending(args: Args, tracker: Tracker) -> Any:
    """Which conda packages are still to be fetched, and which cached ones bring activation scripts."""
    cache_dir = Path(args["cache_dir"])
    packages = packages_from_json(args["packages"])
    missing = fetch.pending(packages, cache_dir)
    cached = [package for package in packages if package.manager == "conda" and package not in missing]
    scripts = {package.name: activation_scripts(shared.place(package, cache_dir)) for package in cached}
    return {
        "missing": packages_to_json(missing),
        "scripts": {name: found for name, found in scripts.items() if found},
        "copied": [str(folder) for folder in copied_from(cached, cache_dir)],
        "kept": [package.name for package in missing if fetch.kept_archives(package)],
    }


async def do_install(args: Args, tracker: Tracker) -> Any:
    """A new prefix: conda packages or a virtual environment first, then wheels."""
    cache_dir, prefix = Path(args["cache_dir"]), Path(args["prefix"])
    packages = packages_from_json(args["packages"])
    conda, wheels = apart(packages)
    pipsection.check_builds(wheels, args.get("builds", False))
    python = interpreter_from_json(args.get("interpreter"))
    with cache.in_use(cache_dir):
        if python and python.download:
            python = await pypi_managed.fetch(python, Path(args["pythons"]), cache_dir, args["headroom"], tracker)
        missing = fetch.pending(conda, cache_dir)
        require_room(cache_dir, sum(package.size or 0 for package in missing), args["headroom"] if missing else 0)
        sizes = [package.size for package in missing]
        tracker.start("fetching", len(missing), None if None in sizes else sum(size or 0 for size in sizes))
        if python:
            await pypi_interpreters.make_environment(python, prefix, cache_dir)
            tracker.say(f"A virtual environment of {python}.")
        else:
            await install.install(conda, prefix, cache_dir, tracker, tracker)
        if wheels:
            tracker.start("pip", len(wheels))
            options = pipsection.where_to_look(args.get("lines", ()))
            options += pypi.default_index(args.get("index"), options)
            builds = args.get("builds", False)
            await pypi_install.install(wheels, prefix, cache_dir, tracker.say, builds=builds, options=options)
        bytecode.link(packages, prefix, cache_dir)
        tell_of_copies(conda, prefix, cache_dir, tracker)
    return None


def tell_of_copies(packages: list[Package], prefix: Path, cache_dir: Path, tracker: Tracker) -> None:
    """Say so where files cannot be hard links."""
    own = [package for package in packages if cache.is_cached(package, cache_dir)]
    if own and not shared.can_link(cache.entry_path(own[0], cache_dir) / "info" / "index.json", prefix):
        tracker.say(COPIED)
    for folder in copied_from(packages, prefix):
        tracker.say(SHARED_COPIED.format(folder))


def copied_from(packages: list[Package], target: Path) -> list[Path]:
    """The shared caches from which these packages would be copied."""
    entries = [entry for package in packages if (entry := shared.shared_entry(package))]
    if not entries:
        return []
    target.mkdir(parents=True, exist_ok=True)
    return shared.copied(entries, target)


async def do_prepare(args: Args, tracker: Tracker) -> Any:
    """Bring further packages into the caches, and say which of their files would meet one that is there."""
    cache_dir, prefix = Path(args["cache_dir"]), Path(args["prefix"])
    conda, wheels = apart(packages_from_json(args["packages"]))
    with cache.in_use(cache_dir):
        damaged = await asyncio.to_thread(adding.damaged_in_shared, conda)
        missing = [*fetch.pending(conda, cache_dir), *(one for one in damaged if not cache.is_cached(one, cache_dir))]
        require_room(cache_dir, sum(package.size or 0 for package in missing), args["headroom"] if missing else 0)
        sizes = [package.size for package in missing]
        tracker.start("fetching", len(missing), None if None in sizes else sum(size or 0 for size in sizes))
        await fetch.fetch(missing, cache_dir, tracker)
        if wheels:
            tracker.start("pip", len(wheels))
            await pypi_install.warm(wheels, prefix, cache_dir, pipsection.where_to_look(args["lines"]))
        return adding.clashes(conda, prefix, cache_dir)


async def do_add(args: Args, tracker: Tracker) -> Any:
    """Further packages into a prefix that is in use; what an interrupted try left of them is replaced."""
    cache_dir, prefix = Path(args["cache_dir"]), Path(args["prefix"])
    packages = packages_from_json(args["packages"])
    conda, wheels = apart(packages)
    with cache.in_use(cache_dir):
        await fetch.fetch(fetch.pending(conda, cache_dir), cache_dir, tracker)
        adding.withdraw(conda, prefix, cache_dir)
        adding.withdraw_wheels(wheels, prefix)
        await adding.link(conda, prefix, cache_dir, tracker)
        if wheels:
            tracker.start("pip", len(wheels))
            options = pipsection.where_to_look(args["lines"])
            await pypi_install.install(wheels, prefix, cache_dir, tracker.say, options=options)
        bytecode.link([*packages, *packages_from_json(args["python"])], prefix, cache_dir)
        tell_of_copies(conda, prefix, cache_dir, tracker)
    return None


def apart(packages: list[Package]) -> tuple[list[Package], list[Package]]:
    """Conda's packages, and pip's."""
    conda = [package for package in packages if package.manager == "conda"]
    return conda, [package for package in packages if package.manager == "pip"]


async def do_prune_wheels(args: Args, tracker: Tracker) -> Any:
    """uv's own cleaning of its cache."""
    await pypi_install.prune(Path(args["cache_dir"]))


async def do_capture(args: Args, tracker: Tracker) -> Any:
    """The activation variables of a prefix."""
    tracker.start("publishing")
    return activation.capture(Path(args["prefix"]), args["name"], args["variables"])


async def do_pack(args: Args, tracker: Tracker) -> Any:
    """An archive of a prefix."""
    cache_dir = Path(args["cache_dir"])
    tracker.start("packing")
    with cache.in_use(cache_dir):
        return await asyncio.to_thread(packing.pack, Path(args["prefix"]), Path(args["output"]), cache_dir, tracker)


async def do_search(args: Args, tracker: Tracker) -> Any:
    """Packages whose names hold a text."""
    channels = current.settings().expand(args["channels"])
    catalogue = CATALOGUES.get(channels, args["platform"], Path(args["cache_dir"]))
    hits, total = await catalogue.search(args["text"], args["limit"])
    return {"hits": [asdict(hit) for hit in hits], "total": total}


async def do_newer(args: Args, tracker: Tracker) -> Any:
    """Of the packages of these names those that the channels have in a newer version."""
    channels = current.settings().expand(args["channels"])
    catalogue = CATALOGUES.get(channels, args["platform"], Path(args["cache_dir"]))
    return {"hits": [asdict(hit) for hit in await catalogue.newer(args["versions"])]}


OPERATIONS: dict[str, Callable[[Args, Tracker], Awaitable[Any]]] = {
    "solve": do_solve,
    "resolve_pip": do_resolve_pip,
    "find_python": do_find_python,
    "choose_python": do_choose_python,
    "defaults": do_defaults,
    "own_alias": do_own_alias,
    "detect": do_detect,
    "satisfies": do_satisfies,
    "read_pixi_lock": do_read_pixi_lock,
    "read_pylock": do_read_pylock,
    "wish_of_pylock": do_wish_of_pylock,
    "pending": do_pending,
    "install": do_install,
    "prepare": do_prepare,
    "add": do_add,
    "capture": do_capture,
    "pack": do_pack,
    "prune_wheels": do_prune_wheels,
    "search": do_search,
    "newer": do_newer,
}
