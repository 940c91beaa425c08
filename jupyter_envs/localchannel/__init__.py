"""A conda channel made from this machine's own Python and installed packages.

For the tests, and for the demo on a machine that reaches no channel. Its packages belong to this machine: libraries of
the system are not packaged. Nothing here solves or installs.
"""

from jupyter_envs.localchannel.archive import PLACEHOLDER, Metadata, PackagedFile, write_package, write_repodata
from jupyter_envs.localchannel.build import LocalChannel, build_channel, build_demo_channel
from jupyter_envs.localchannel.platforms import current_subdir

__all__ = [
    "PLACEHOLDER",
    "LocalChannel",
    "Metadata",
    "PackagedFile",
    "build_channel",
    "build_demo_channel",
    "current_subdir",
    "write_package",
    "write_repodata",
]
