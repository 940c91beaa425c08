"""What an admin asks of the names of new environments."""

from __future__ import annotations

from traitlets import Bunch, TraitError, Unicode, validate
from traitlets.config import LoggingConfigurable

from jupyter_envs import naming
from jupyter_envs.naming import NamePattern


class NamingSettings(LoggingConfigurable):
    """A part of `Manager`."""

    name_pattern = Unicode(
        "", help="What new environments must be called, such as <team>_<project>_<purpose>; empty for any name."
    ).tag(config=True)

    @validate("name_pattern")
    def _is_pattern(self, proposal: Bunch) -> str:
        text = str(proposal["value"])
        try:
            return NamePattern(text).text if text else ""
        except ValueError as error:
            raise TraitError(str(error)) from error

    def _check_naming(self, name: str) -> tuple[str, ...]:
        """Advice about a name. Raises `InvalidName` for one that does not follow the configured pattern."""
        pattern = NamePattern(self.name_pattern) if self.name_pattern else None
        if pattern:
            pattern.check(name)
        return naming.hints(name, pattern)
