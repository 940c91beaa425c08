"""What can be configured about environments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir
from traitlets import Bool, Enum, Float, Int, Integer, List, Unicode, default

from jupyter_envs.engine.limits import PackageLimits
from jupyter_envs.formats import LIMITS, Limits
from jupyter_envs.manager.binder_settings import BinderSettings
from jupyter_envs.manager.configuration import CondaConfigurable
from jupyter_envs.manager.disk import DiskSettings
from jupyter_envs.manager.foreign_use import ForeignUse
from jupyter_envs.manager.naming_settings import NamingSettings
from jupyter_envs.manager.system_settings import SystemSettings
from jupyter_envs.manager.templates import TemplateSettings
from jupyter_envs.manager.trusting import TrustSettings
from jupyter_envs.models import EngineName


class ManagerSettings(
    DiskSettings,
    ForeignUse,
    NamingSettings,
    CondaConfigurable,
    SystemSettings,
    TemplateSettings,
    TrustSettings,
    BinderSettings,
):
    """Everything about environments that can be configured; the same for the server and the command line."""

    root_dir = Unicode(help="Folder of the environments. Keep it on the file system of `cache_dir`.").tag(config=True)
    cache_dir = Unicode(help="Folder of the package cache, shared by all environments through hard links.").tag(
        config=True
    )
    shared_caches = List(
        Unicode(), help="Package caches of an administrator, read first and never written to: other `cache_dir`s."
    ).tag(config=True)
    pypi_index = Unicode(
        "", help="Address of the package index for pip sections; empty for PyPI. A file's own --index-url wins."
    ).tag(config=True)
    default_engine = Enum(
        ["conda", "pypi"],
        "conda",
        help="Whose packages are meant where only names are given, without a file and without channels: conda or pypi.",
    ).tag(config=True)
    python_downloads = Unicode(
        "",
        help="The list of the Pythons that uv may download where none of this machine fits: an address of one in uv's "
        "format, or “default” for uv's own; empty for none. Where allowed_indexes is set, they must be below it, too.",
    ).tag(config=True)
    max_file_size = Int(LIMITS.file, help="Largest environment file that is read, in bytes.").tag(config=True)
    max_lock_size = Int(LIMITS.lock, help="Largest lock that is read, in bytes.").tag(config=True)
    max_package_size = Int(
        PackageLimits.size,
        min=1_000,
        help="Largest conda package, in bytes when it is unpacked; a larger one is refused.",
    ).tag(config=True)
    max_package_files = Int(
        PackageLimits.files, min=10, help="Most files that a conda package may have; one with more is refused."
    ).tag(config=True)
    max_file_depth = Int(LIMITS.depth, help="How deep lists and mappings of a file may be nested.").tag(config=True)
    standby_worker = Bool(False, help="Keep one engine process ready, so that a job need not wait for its start.").tag(
        config=True
    )

    engine_patience = Float(
        900.0,
        min=0.0,
        help="Seconds after which an engine process is asked for signs of life; one that wrote nothing since the last "
        "time is ended. 0 for never.",
    ).tag(config=True)
    disk_headroom = Integer(
        200_000_000,
        min=0,
        help="Bytes that have to stay free on the package cache's disk; a download that would take more is not begun.",
    ).tag(config=True)
    compile_bytecode = Bool(
        True,
        help="Compile the modules of new packages in the background, once, and share them between environments.",
    ).tag(config=True)

    @default("root_dir")
    def _default_root_dir(self) -> str:
        return str(Path(jupyter_data_dir()) / "jupyter-envs" / "envs")

    @default("cache_dir")
    def _default_cache_dir(self) -> str:
        return str(Path(self.root_dir).parent / "cache")

    @property
    def shared_folders(self) -> tuple[Path, ...]:
        """The shared package caches, but our own."""
        folders = [Path(folder).expanduser().absolute() for folder in self.shared_caches]
        return tuple(folder for folder in folders if folder != Path(self.cache_dir).absolute())

    def engine_for(self, channels: Sequence[str]) -> EngineName:
        """Whose packages are meant by names alone; who names a channel means conda's."""
        return "pypi" if self.default_engine == "pypi" and not channels else "conda"

    @property
    def limits(self) -> Limits:
        """How much of a file is read."""
        return Limits(self.max_file_size, self.max_lock_size, self.max_file_depth)
