"""A conda channel made from this machine's own Python and installed packages.

Its packages belong to this machine: libraries of the system are not packaged. Nothing here solves or installs.
"""

from .archive import PLACEHOLDER, Metadata, PackagedFile, write_package, write_repodata
from .build import LocalChannel, build_channel
from .platforms import current_subdir

DISTRIBUTIONS = ("ipykernel", "rich")
"""What the tests' channel is made from, beside Python and the samples: what `jupyter envs demo` asks for."""

__all__ = [
    "DISTRIBUTIONS",
    "PLACEHOLDER",
    "LocalChannel",
    "Metadata",
    "PackagedFile",
    "build_channel",
    "current_subdir",
    "write_package",
    "write_repodata",
]
