"""An authorizer for the tests: it denies what a file next to the contents root says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.auth import Authorizer
from traitlets import Unicode


class DenyListed(Authorizer):
    """Reads lines ``action resource`` (``*`` for any) from ``rules``; what one of them names is denied."""

    rules = Unicode(config=True)

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        denied = {tuple(line.split()) for line in Path(self.rules).read_text().splitlines()}
        return not denied & {(action, resource), ("*", resource), (action, "*"), ("*", "*")}
