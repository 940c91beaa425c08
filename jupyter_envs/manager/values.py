"""What comes out of the manager, and how that looks as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from jupyter_envs.discovery import Foreign
from jupyter_envs.manager.conditions import Condition
from jupyter_envs.models import Environment, Interpreter, Package, Pin, Plan, Spec, packages_digest
from jupyter_envs.redact import clean_url, redact
from jupyter_envs.verdicts import Verdict


@dataclass(frozen=True)
class Summary:
    """One environment in a list. ``prefix`` is the current generation's; sizes are bytes when it was made.

    ``older_kernels`` run from an earlier generation's prefix: a restart moves them to the current one. ``condition`` is
    what was last seen of its packages and files.
    """

    name: str
    prefix: Path
    environment: Environment | None
    running_kernels: int = 0
    state: str = "ready"
    last_used: str = ""
    older_kernels: int = 0
    condition: Condition = "as-made"

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``EnvironmentSummary``."""
        generation = self.environment.generation if self.environment else None
        return {
            "name": self.name,
            "prefix": str(self.prefix),
            "kernel": generation.kernels[0] if generation and generation.kernels else None,
            "kernels": list(generation.kernels) if generation else [],
            "language": "Python" if generation and generation.python else "",
            "python": generation.python if generation else None,
            "packages": generation.packages if generation else 0,
            "size": {"own": generation.own if generation else 0, "shared": generation.shared if generation else 0},
            "running_kernels": self.running_kernels,
            "older_kernels": self.older_kernels,
            "state": self.state,
            "condition": self.condition,
            "generation": generation.id if generation else "",
            "generations": len(self.environment.generations) if self.environment else 0,
            "created": generation.created if generation else "",
            "reason": generation.reason if generation else "",
            "foreign": False,
            "kind": "jupyter-envs",
            "source": "jupyter-envs",
            "engine": generation.engine if generation else "conda",
            "adoptable": False,
            "last_used": self.last_used,
            "note": self.environment.note if self.environment else "",
            "tags": list(self.environment.tags) if self.environment else [],
        }

    @property
    def kernels(self) -> tuple[str, ...]:
        """The names of its kernelspecs, the main one first."""
        return self.environment.generation.kernels if self.environment else ()


@dataclass(frozen=True)
class ForeignSummary:
    """One environment of another tool in a list; ``kernels`` are the kernelspecs that were registered for it.

    ``size`` is what it took on disk when somebody last asked for that: own bytes, and shared ones.
    """

    foreign: Foreign
    kernels: tuple[str, ...] = ()
    running_kernels: int = 0
    size: tuple[int, int] = (0, 0)
    environment: None = None

    @property
    def name(self) -> str:
        """Its name, which no other environment has."""
        return self.foreign.name

    @property
    def prefix(self) -> Path:
        """Its folder."""
        return self.foreign.prefix

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``EnvironmentSummary``."""
        foreign, (own, shared) = self.foreign, self.size
        return {
            "name": foreign.name,
            "prefix": str(foreign.prefix),
            "kernel": self.kernels[0] if self.kernels else None,
            "kernels": list(self.kernels),
            "language": "Python" if foreign.python else "",
            "python": foreign.python,
            "packages": foreign.packages,
            "size": {"own": own, "shared": shared},
            "running_kernels": self.running_kernels,
            "older_kernels": 0,
            "state": "ready",
            "condition": "as-made",
            "generation": "",
            "generations": 0,
            "created": "",
            "reason": "",
            "foreign": True,
            "kind": foreign.kind,
            "source": foreign.source,
            "engine": "conda" if foreign.is_conda else "pypi",
            "adoptable": foreign.kernel,
            "note": "",
            "tags": [],
        }


@dataclass(frozen=True)
class Detail:
    """One environment with its history, its packages and what was asked for."""

    summary: Summary | ForeignSummary
    packages: tuple[Package, ...]
    spec: Spec
    requested: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The digest of what is really installed; the lock's own for this platform where nothing has drifted."""
        return packages_digest(self.packages)

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``EnvironmentDetail``."""
        environment = self.summary.environment
        generations = environment.generations if environment else ()
        return {
            **self.summary.to_json(),
            "history": [
                {
                    "id": generation.id,
                    "created": generation.created,
                    "reason": generation.reason,
                    "digest": generation.digest,
                    "packages": generation.packages,
                    "current": environment is not None and generation.id == environment.current,
                }
                for generation in reversed(generations)
            ],
            "package_list": [package_json(package) for package in self.packages],
            "spec": spec_json(self.spec),
            "requested": list(self.requested),
        }


@dataclass(frozen=True)
class FileBeside:
    """A file beside a notebook from which an environment called ``environment`` can be made, or ``made`` was.

    It may be the notebook itself, by its block ``# /// script``.
    """

    file: str
    environment: str
    made: bool = False


@dataclass(frozen=True)
class PinStatus:
    """A notebook's pin and its verdict; ``environment`` is None where it is not on this machine.

    ``beside`` is what may be looked at where there is no pin; ``packages`` are those of its lock, if asked for.
    """

    path: str
    pin: Pin | None
    verdict: Verdict
    environment: Summary | ForeignSummary | None
    beside: FileBeside | None = None
    packages: tuple[Package, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``PinStatus``."""
        asked = {} if self.packages is None else {"packages": [package_json(package) for package in self.packages]}
        return {
            "path": self.path,
            "pin": asdict(self.pin) if self.pin else None,
            "verdict": {
                "state": self.verdict.state.value,
                "reason": self.verdict.reason,
                "fields": dict(self.verdict.fields),
                "sentence": self.verdict.sentence,
                "action": self.verdict.action,
                "differences": [asdict(difference) for difference in self.verdict.differences],
            },
            "environment": self.environment.to_json() if self.environment else None,
            "beside": asdict(self.beside) if self.beside else None,
            **asked,
        }


@dataclass(frozen=True)
class Proposal:
    """A plan with all that is needed to carry it out."""

    plan: Plan
    spec: Spec
    packages: tuple[Package, ...]
    content_hash: Mapping[str, str] = field(default_factory=dict)
    as_of: str = ""
    interpreter: Interpreter | None = None


def spec_json(spec: Spec) -> dict[str, Any]:
    """The HTTP interface's ``Spec``: what was asked for, in the user's own words but for secrets in addresses."""
    return {
        "name": spec.name,
        "channels": masked(spec.channels),
        "conda": masked(spec.conda),
        "pip": masked(spec.pip),
        "variables": dict(zip(spec.variables, masked(spec.variables.values()), strict=True)),
        "python": spec.python,
        "engine": spec.engine,
    }


def masked(texts: Iterable[str]) -> list[str]:
    """The texts with ``***`` in place of the secrets that stand in them."""
    return [redact(text) for text in texts]


def package_json(package: Package) -> dict[str, Any]:
    """The HTTP interface's ``Package``."""
    return {
        "name": package.name,
        "version": package.version,
        "manager": package.manager,
        "build": package.build,
        "subdir": package.subdir,
        "url": clean_url(package.url)[0],
        "sha256": package.sha256,
        "size": package.size,
        "depends": list(package.depends),
    }


def plan_json(plan: Plan) -> dict[str, Any]:
    """The HTTP interface's ``Plan``."""
    return {
        "hash": plan.hash,
        "environment": plan.environment,
        "added": [package_json(package) for package in plan.added],
        "removed": [package_json(package) for package in plan.removed],
        "changed": [asdict(difference) for difference in plan.changed],
        "rebuilt": [asdict(difference) for difference in plan.rebuilt],
        "additive": plan.additive,
        "channels": masked(plan.channels),
        "pip": masked(plan.pip),
        "variables": dict(zip(plan.variables, masked(plan.variables.values()), strict=True)),
        "to_fetch": plan.to_fetch,
        "download": plan.download,
        "runs_code": masked(plan.runs_code),
        "notes": masked(plan.notes),
        "digest": plan.digest,
        "python": plan.python,
    }


def to_json(value: Summary | ForeignSummary | Detail | PinStatus | Plan) -> dict[str, Any]:
    """Any of the manager's answers as the HTTP interface and the command line write it."""
    return plan_json(value) if isinstance(value, Plan) else value.to_json()
