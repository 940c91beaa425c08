"""What solves take for granted of the machine, as it is configured."""

from __future__ import annotations

from traitlets import Unicode
from traitlets.config import LoggingConfigurable

from jupyter_envs.virtual import System


class SystemSettings(LoggingConfigurable):
    """The part of `Manager` that knows about machines. Configured as ``Manager.…``."""

    cuda = Unicode(
        "", help="Version of CUDA that solves take for granted, on Linux and Windows; empty for what is found here."
    ).tag(config=True)
    glibc = Unicode("", help="Version of glibc that solves take for granted; empty for this machine's or 2.28.").tag(
        config=True
    )
    macos = Unicode("", help="Version of macOS that solves take for granted; empty for this machine's or 13.0.").tag(
        config=True
    )

    @property
    def system(self) -> System:
        """All three. Raises `InvalidInput` for what is no version."""
        return System(self.cuda, self.glibc, self.macos)
