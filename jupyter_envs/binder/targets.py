"""The environments that a repository's notebooks need on Binder, and what keeps one from being built there."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .. import piplines
from ..models import Lock, Package, Spec
from ..redact import clean_text, clean_url, show, sounds_secret
from ..versions import minor

MAIN_PLATFORM = "linux-64"
PLATFORMS = (MAIN_PLATFORM, "linux-aarch64")

_SERVER_PYTHON = re.compile(r"3\.([89]|1[0-4])\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f\\#\"'`$<>;|&(){}]+\Z")
_PRIVATE_NAMES = (".local", ".internal", ".lan", ".intranet", ".corp", ".home")


@dataclass(frozen=True, eq=False)
class Target:
    """One environment: its name, what it is made from, and the notebooks that are pinned to it.

    ``kernels`` are the kernels that those notebooks name; ``variables`` are the environment file's.
    """

    environment: str
    lock: Lock
    spec: Spec = field(default_factory=Spec)
    notebooks: tuple[str, ...] = ()
    kernels: tuple[str, ...] = ()

    @property
    def kernel(self) -> str:
        """The kernel that every machine registers for it: Jupyter looks kernels up in lower case."""
        return self.environment.lower()

    @property
    def aliases(self) -> tuple[str, ...]:
        """The names, other than the environment's own, by which notebooks call its kernel."""
        others = {name.lower() for name in self.kernels if is_kernel_name(name)}
        own = {name for name in others if name == self.kernel or name.startswith(f"{self.kernel}.")}
        return tuple(sorted(others - own))

    @property
    def platforms(self) -> tuple[str, ...]:
        """Those of Binder's platforms that are locked."""
        return tuple(platform for platform in PLATFORMS if platform in self.lock.platforms)

    def of(self, platform: str, manager: str) -> tuple[Package, ...]:
        """What conda or pip installs on a platform."""
        return tuple(package for package in self.lock.for_platform(platform) if package.manager == manager)

    @property
    def is_alone(self) -> bool:
        """Whether it has PyPI packages alone, which stand on a Python that is there."""
        return bool(self.lock.for_platform(MAIN_PLATFORM)) and not self.of(MAIN_PLATFORM, "conda")

    @property
    def python(self) -> str:
        """The minor version that PyPI packages alone were resolved for; empty where that is not said."""
        return minor(self.lock.python.get(MAIN_PLATFORM, ""))

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables that may leave the machine."""
        return {name: value for name, value in self.spec.variables.items() if not _is_secret(name, value)}


@dataclass(frozen=True)
class Problem:
    """Something that keeps an environment from being built elsewhere: code, what it is, and what mends it."""

    code: str
    message: str
    fix: str
    path: str = ""


def is_kernel_name(name: str) -> bool:
    """Whether Jupyter takes it as a kernel's name, and it is not the one of Binder's own kernel."""
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", name)) and name.lower() != "python3"


def is_usable(package: Package) -> bool:
    """Whether a list for mamba or pip can name it: a plain address and a SHA-256 of the right length."""
    return bool(_SHA256.match(package.sha256) and _ADDRESS.match(clean_url(package.url)[0]))


def problems(targets: Iterable[Target]) -> tuple[Problem, ...]:
    """What is wrong with the environments themselves; the repository is not looked at."""
    found = list(targets)
    return (*_clashes(found), *_pythons(found), *(problem for target in found for problem in _of_target(target)))


def _clashes(targets: list[Target]) -> Iterator[Problem]:
    claims: dict[str, Target] = {}
    for target in targets:
        for name in (target.kernel, *target.aliases):
            other = claims.setdefault(name, target)
            if other is not target:
                yield Problem(
                    "kernel-clash",
                    f"“{other.environment}” of {_listed(other.notebooks)} and “{target.environment}” of "
                    f"{_listed(target.notebooks)} are different environments with one kernel name, {name}.",
                    "Rename one of the environments and pin its notebooks again.",
                )


def _pythons(targets: list[Target]) -> Iterator[Problem]:
    """Environments of PyPI packages alone stand on the server's Python, of which there is one."""
    alone = [target for target in targets if target.is_alone]
    for target in alone:
        if not has_python(target.python) or target.python != alone[0].python:
            wanted = target.python or "a version that its lock does not say"
            other = f", and “{alone[0].environment}” is for {alone[0].python}" if target is not alone[0] else ""
            yield Problem(
                "server-python",
                f"“{target.environment}” has PyPI packages alone, for Python {wanted}{other}: Binder has one "
                "Python for such environments, of 3.8 to 3.14.",
                "Give it conda's Python: jupyter envs export NAME --format portable writes such a file.",
            )


def has_python(version: str) -> bool:
    """Whether repo2docker has it for the server."""
    return bool(_SERVER_PYTHON.match(version))


def _of_target(target: Target) -> Iterator[Problem]:
    name, pin = target.environment, f"jupyter envs pin {_first(target.notebooks)} --environment {target.environment}"
    if MAIN_PLATFORM not in target.lock.platforms:
        yield Problem(
            "not-locked-for-linux",
            f"“{name}” is not locked for {MAIN_PLATFORM}, which is what Binder builds on.",
            f"Add {MAIN_PLATFORM} to the file's platforms, then: {pin} --all-platforms",
        )
    packages = [package for platform in target.platforms for package in target.lock.for_platform(platform)]
    yield from _of_packages(target, packages)
    for variable, value in target.spec.variables.items():
        if _is_secret(variable, value):
            yield Problem(
                "secret-variable",
                f"The variable {show(variable)} of “{name}” may hold a secret: it is not written.",
                "Take it out of the environment file, and set it where the notebook runs.",
            )
    for line in target.spec.pip:
        if piplines.classify(line).kind == "editable" or _is_path(line):
            yield Problem(
                "local-source",
                f"The pip line “{show(clean_text(line))}” of “{name}” installs from a folder of your machine.",
                "Publish the package, or name it by the address of a wheel.",
            )


def _of_packages(target: Target, packages: list[Package]) -> Iterator[Problem]:
    named: dict[tuple[str, str], list[str]] = {}
    for package in packages:
        for code in _troubles(package):
            names = named.setdefault((code, _host(package.url)), [])
            if package.name not in names:
                names.append(package.name)
    for (code, host), names in named.items():
        what, fix = _TROUBLES[code]
        yield Problem(code, f"{_some(names)} of “{target.environment}”: {what.format(host=host)}", fix)


_TROUBLES = {
    "bad-hash": ("the address or the SHA-256 is not one that mamba reads.", "Lock the environment again."),
    "local-source": ("only this machine has it.", "Take it from a channel or an index that others reach."),
    "private-source": (
        "{host} is a private address: Binder does not reach it.",
        "Lock it from a public channel or index.",
    ),
    "secret-address": (
        "the address on {host} has a secret in it, which is taken out: Binder cannot download it.",
        "Take it from a public channel or index.",
    ),
    "source-build": ("it has to be built, which runs its code.", "Choose a version that has a wheel."),
}  # fmt: skip


def _troubles(package: Package) -> Iterator[str]:
    clean, had_secret = clean_url(package.url)
    if had_secret:
        yield "secret-address"
    if not clean.startswith(("http://", "https://")):
        yield "local-source"
    elif not is_usable(package):
        yield "bad-hash"
    elif is_private(_host(clean)):
        yield "private-source"
    if package.manager == "pip" and not urlsplit(clean).path.endswith(".whl"):
        yield "source-build"


def is_private(host: str) -> bool:
    """Whether only some network reaches a host."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_NAMES)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_path(line: str) -> bool:
    value = piplines.classify(line)
    return value.kind == "requirement" and (
        value.value.startswith((".", "/", "~", "file:")) or "@ file:" in value.value
    )


def _is_secret(name: str, value: str) -> bool:
    return sounds_secret(name) or clean_url(value)[1]


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(show, names)) or "no notebook"


def _first(names: tuple[str, ...]) -> str:
    return names[0] if names else "NOTEBOOK"
