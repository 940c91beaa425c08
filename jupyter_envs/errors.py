"""Every error that Jupyter Envs raises on purpose.

    EnvsError
    ├── InvalidInput            a value, name or file is wrong; nothing was done
    │   ├── InvalidName
    │   ├── InvalidFile         with the line and the key path where it is known
    │   └── InvalidSpec
    ├── NotFound
    ├── Conflict                the state on disk does not allow it
    │   ├── NameTaken
    │   ├── FileExists
    │   ├── EnvironmentBusy
    │   ├── EnvironmentInUse
    │   └── PlanChanged
    ├── Forbidden               outside the server's root, or not allowed by the configuration
    ├── Unsolvable              no set of packages satisfies the request
    ├── Unreachable             a channel or an index does not answer
    ├── PackageRefused          a package is damaged, hostile or not what the lock says
    ├── Damaged                 files of an environment are not as they were installed
    ├── DiskTrouble             no room, read-only, or an I/O error
    ├── EngineFailed            the worker died, or an engine failed in a way that has no better name
    ├── BuildFailed             a BinderHub could not build
    ├── ExecutionFailed         a notebook's cell raised
    ├── GitProblem              git cannot say
    └── Cancelled

`code` is stable and for programs, `str(error)` is one message for people (what happened, to what), and `hints`
say what to do next. `exit_status` is the command line's exit status; the HTTP status is the server's business.
"""

from __future__ import annotations

from typing import Any, ClassVar


class EnvsError(Exception):
    """Root of all errors that are meant to be shown.

    Parameters
    ----------
    message: what happened, to what; one sentence, or the solver's own paragraph.
    hints: what to do next, one sentence each.
    fields: typed details for programs (``name``, ``path``, ``line`` …); JSON values only.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hints: tuple[str, ...] | list[str] = (), **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hints = tuple(hints)
        self.fields = fields

    def to_json(self) -> dict[str, Any]:
        """``{"code", "message", "hints", "fields"}``, the form in which errors cross a process or the network."""
        return {"code": self.code, "message": self.message, "hints": list(self.hints), "fields": self.fields}


class InvalidInput(EnvsError):
    """A value, a name or a file is wrong."""

    code = "invalid-input"
    exit_status = 2


class InvalidName(InvalidInput):
    """Not a name for an environment; ``fields["proposal"]`` may hold a clean one."""

    code = "invalid-name"


class InvalidFile(InvalidInput):
    """A file that is not understood; ``fields`` may hold ``line`` (from 1), ``key`` (key path) and ``path``."""

    code = "invalid-file"


class InvalidSpec(InvalidInput):
    """A match spec, requirement or channel that is not understood."""

    code = "invalid-spec"


class NotFound(EnvsError):
    """An environment, job, notebook or file that is not there."""

    code = "not-found"
    exit_status = 3


class Conflict(EnvsError):
    """The state on disk does not allow it."""

    code = "conflict"
    exit_status = 4


class NameTaken(Conflict):
    """An environment or a kernel of that name exists."""

    code = "name-taken"


class FileExists(Conflict):
    """A file of the user would be overwritten."""

    code = "file-exists"


class EnvironmentBusy(Conflict):
    """Another process or job is writing to the environment."""

    code = "environment-busy"


class EnvironmentInUse(Conflict):
    """Kernels of the environment are running."""

    code = "environment-in-use"


class PlanChanged(Conflict):
    """What would be installed is not what was confirmed."""

    code = "plan-changed"


class Forbidden(EnvsError):
    """Outside the server's root, or not allowed by the configuration."""

    code = "forbidden"
    exit_status = 5


class Unsolvable(EnvsError):
    """No set of packages satisfies the request."""

    code = "unsolvable"
    exit_status = 6


class Unreachable(EnvsError):
    """A channel or a package index does not answer."""

    code = "unreachable"
    exit_status = 7


class PackageRefused(EnvsError):
    """A package is damaged, hostile, or not what the lock says."""

    code = "package-refused"
    exit_status = 8


class Damaged(EnvsError):
    """Files of an environment are not as they were installed; ``fields["damaged"]`` names them by package."""

    code = "damaged"
    exit_status = 11


class DiskTrouble(EnvsError):
    """No room, read-only, or an I/O error; ``fields["path"]`` says where."""

    code = "disk"
    exit_status = 9


class EngineFailed(EnvsError):
    """The worker process died, or an engine failed in a way that has no better name."""

    code = "engine-failed"


class BuildFailed(EnvsError):
    """A BinderHub could not build an image."""

    code = "build-failed"


class ExecutionFailed(EnvsError):
    """A notebook's cell raised."""

    code = "execution-failed"
    exit_status = 10


class GitProblem(EnvsError):
    """git cannot say: it is not there, does not trust the folder, or takes too long."""

    code = "git"


class Cancelled(EnvsError):
    """The user cancelled; nothing was changed."""

    code = "cancelled"
    exit_status = 130


def error_classes() -> dict[str, type[EnvsError]]:
    """All error classes by their code."""
    found: dict[str, type[EnvsError]] = {}
    waiting: list[type[EnvsError]] = [EnvsError]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting.extend(kind.__subclasses__())
    return found


def error_from_json(data: dict[str, Any]) -> EnvsError:
    """The error that `EnvsError.to_json` described; an unknown code gives the root class."""
    kind = error_classes().get(data.get("code", ""), EnvsError)
    return kind(str(data.get("message", "")), hints=tuple(data.get("hints", ())), **data.get("fields", {}))
