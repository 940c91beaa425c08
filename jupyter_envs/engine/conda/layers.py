"""rattler's view of all package caches at once.

rattler opens the marker of each entry for writing, and fetches by itself, past our guard, what it finds damaged. So it
sees shared entries through links in a folder of ours, and what it fetches lands in another, in front of all, which is
thrown away: whatever is in there afterwards was damaged.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rattler import PackageCache, PackageCacheLayer, ValidationMode

from jupyter_envs.engine import shared
from jupyter_envs.engine.cache import FIRST_REVISION, entry_name, entry_path, packages_dir, read_lock, write_lock
from jupyter_envs.models import Package


@dataclass(frozen=True)
class Layers:
    """The caches as rattler sees them; ``scratch`` is where it writes if there is a shared one."""

    caches: PackageCache
    cache_dir: Path
    scratch: Path | None

    def damaged(self, packages: Sequence[Package]) -> list[Package]:
        """The packages that rattler fetched by itself, past the guard, because a file did not match its hash."""
        return [package for package in packages if self._replaced(package)]

    def _replaced(self, package: Package) -> bool:
        if self.scratch is not None:
            return (self.scratch / entry_name(package)).exists()
        return read_lock(entry_path(package, self.cache_dir))[0] != FIRST_REVISION


@contextmanager
def layers(packages: Sequence[Package], cache_dir: Path) -> Iterator[Layers]:
    """The caches for linking these packages; every file's hash is compared before it is linked.

    Anything weaker would let a file that was edited in one environment leak into the next through its hard link.
    """
    folder = packages_dir(cache_dir)
    folder.mkdir(parents=True, exist_ok=True)
    entries = [(package, entry) for package in packages if (entry := shared.shared_entry(package))]
    if not entries:
        yield Layers(whole(folder), cache_dir, None)
        return
    # what a crash leaves of it is taken for a download that was broken off
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder, ignore_cleanup_errors=True) as name:
        scratch, view = Path(name, "scratch"), Path(name, "view")
        scratch.mkdir()
        view.mkdir()
        for package, entry in entries:
            link = view / entry_name(package)
            link.symlink_to(entry, target_is_directory=True)
            write_lock(link, package.sha256)
        yield Layers(whole(scratch, view, folder), cache_dir, scratch)


def whole(*folders: Path) -> PackageCache:
    """Caches of which every file is compared."""
    return PackageCache.from_layers(
        [PackageCacheLayer(folder).with_validation_mode(ValidationMode.full()) for folder in folders]
    )
