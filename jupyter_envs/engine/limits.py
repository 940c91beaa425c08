"""How large a package may be, for whoever unpacks and reads it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class PackageLimits:
    """``size`` is bytes when it is unpacked, and bytes of an archive whose size nobody states."""

    size: int = 16 << 30
    files: int = 500_000

    def to_json(self) -> dict[str, Any]:
        """For the pipe to a worker."""
        return asdict(self)
