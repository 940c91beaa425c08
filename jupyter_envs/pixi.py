"""The environment block of ``pixi.toml``, or of ``[tool.pixi]`` in ``pyproject.toml``, where it maps to a `Spec`.

Only the default environment is read. What would make another environment of it (features, system requirements,
packages from folders and repositories) is refused with its key path and the reason; what says nothing about the
packages (tasks, authors) is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from . import matchspec, piplines, toml_guard
from .envfile import Reading, selectors
from .errors import InvalidFile, InvalidSpec
from .models import Spec
from .redact import show
from .toml_guard import Table
from .yaml_guard import MAX_DEPTH

_WORKSPACES = ("workspace", "project")
_READ = (*_WORKSPACES, "dependencies", "pypi-dependencies", "target", "activation", "pypi-options")
_SAYS_NOTHING = frozenset({"tasks", "tool"})
_ABOUT = frozenset(
    {
        "authors", "description", "documentation", "homepage", "license", "license-file", "readme", "repository",
        "version", "requires-pixi",
    }
)  # fmt: skip
_REASONS = {
    "feature": "features make several environments, and a file stands for one",
    "environments": "it makes several environments, and a file stands for one",
    "system-requirements": "they change what is solved, and an environment file has no place for them",
    "build-dependencies": "they are for building a package",
    "host-dependencies": "they are for building a package",
    "package": "it builds a package",
    "dev": "it needs the package's source",
    "constraints": "an environment file has no place for conditions on packages that are not asked for",
    "exclude-newer": "an environment file has no date; give it as --as-of",
    "channel-priority": "only strict priority is solved with",
    "path": "a folder on one machine cannot be locked",
    "git": "a repository has no hash that a lock could hold",
    "editable": "an editable install is a folder on one machine",
    "index": "one index for one package cannot be written into an environment file",
    "scripts": "activation scripts of a project are not run",
}
_HINT = (
    "Write an environment.yml with what is needed, or install from pixi.lock: jupyter envs create NAME --file pixi.lock"
)
_SELECTORS = {
    "linux": "linux", "osx": "osx", "win": "win", "unix": "unix", "linux-64": "linux64", "osx-64": "osx64",
    "win-64": "win64", "osx-arm64": "arm64", "linux-aarch64": "aarch64", "linux-ppc64le": "ppc64le",
}  # fmt: skip
_FIELDS = {
    "version": "version",
    "build": "build",
    "build-number": "build_number",
    "channel": "channel",
    "subdir": "subdir",
    "sha256": "sha256",
    "md5": "md5",
}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_INDEX_OPTIONS = {"index-url": "--index-url", "extra-index-urls": "--extra-index-url"}


def read(text: str, *, source: str, max_depth: int = MAX_DEPTH) -> Reading:
    """The default environment of a file, and notes on what was passed over. Raises `InvalidFile`."""
    root = toml_guard.read(text, source=source, max_depth=max_depth)
    project = Table({}, source, root.lines)
    if "tool" in root.values and "pixi" in root.table("tool").values:
        project, root = root.table("project"), root.table("tool").table("pixi")
    return _Reader(root, project).reading()


class _Reader:
    """``root`` is pixi's table; ``project`` is pyproject's own, empty for a pixi.toml."""

    def __init__(self, root: Table, project: Table) -> None:
        self.root = root
        self.project = project
        self.notes: list[str] = []

    def reading(self) -> Reading:
        key = next((key for key in _WORKSPACES if key in self.root.values), None)
        if key is None:
            raise self.root.refuse(
                "", "no [workspace] in it", "[workspace] with channels and platforms, [dependencies]"
            )
        workspace = self.root.table(key)
        self.check(self.root, _READ)
        self.check(workspace, ("name", "channels", "platforms"))
        conda, pip = self.packages()
        spec = Spec(
            name=workspace.text("name") or self.project.text("name"),
            channels=tuple(self.channels(workspace)),
            platforms=workspace.texts("platforms"),
            conda=(*self.python(conda), *conda),
            pip=(*self.index_lines(), *pip),
            variables=self.variables(self.root.table("activation")),
        )
        return Reading(spec, tuple(self.notes))

    def check(self, table: Table, known: tuple[str, ...]) -> None:
        """Refuse keys that would change the environment and are not read; note the others."""
        for key, value in table.values.items():
            if key in known or value in ({}, []) or (key, value) == ("channel-priority", "strict"):
                continue
            if key in _SAYS_NOTHING | _ABOUT:
                self.note(table, key, "says nothing about the packages and is ignored")
            else:
                raise self.unread(table, key)

    def note(self, table: Table, key: str, sentence: str) -> None:
        self.notes.append(str(table.refuse(key, f"'{show(key)}' {sentence}")))

    def unread(self, table: Table, key: str) -> InvalidFile:
        reason = _REASONS.get(key, "this is not one of the keys that an environment is made of")
        return table.refuse(key, f"'{show(key)}' cannot be read: {reason}", hints=(_HINT,))

    def channels(self, workspace: Table) -> Iterator[str]:
        items = workspace.values.get("channels", [])
        for item in items if isinstance(items, list) else [items]:
            if isinstance(item, dict) and set(item) == {"channel"}:
                item = item["channel"]  # noqa: PLW2901  # the long form of the same
            if not isinstance(items, list) or not isinstance(item, str) or not item.strip() or not item.isprintable():
                raise workspace.refuse(
                    "channels", toml_guard.kind(item), "a list of names or addresses, without priorities"
                )
            yield item

    def packages(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Those of all platforms, then those of some, which are marked with a selector."""
        conda = list(self.conda(self.root.table("dependencies")))
        pip = [*self.project_lines(), *self.pip(self.root.table("pypi-dependencies"))]
        for name, target in self.root.table("target").tables():
            if name not in _SELECTORS:
                raise self.root.table("target").refuse(name, "an unknown platform", ", ".join(_SELECTORS))
            self.check(target, ("dependencies", "pypi-dependencies"))
            for key, lines in (("dependencies", conda), ("pypi-dependencies", pip)):
                self.only_here(target.table(key), self.root.table(key))
                found = self.conda(target.table(key)) if key == "dependencies" else self.pip(target.table(key))
                lines += [selectors.mark_comment(line, _SELECTORS[name]) for line in found]
        return tuple(conda), tuple(pip)

    def only_here(self, target: Table, base: Table) -> None:
        for name in target.values:
            if name in base.values:
                raise target.refuse(name, "this package is there for all platforms, too", "each package once")

    def conda(self, table: Table) -> Iterator[str]:
        for name in table.values:
            text = self.match_spec(table, name)
            try:
                matchspec.parse(text)
            except InvalidSpec as error:
                raise table.refuse(name, f"'{show(text)}': {error.message}", "a version such as >=1.26,<2") from None
            yield text

    def match_spec(self, table: Table, name: str) -> str:
        if isinstance(table.values[name], dict):
            fields = table.table(name)
            self.check(fields, tuple(_FIELDS))
            parts = [
                f"{_FIELDS[key]}='{self.field(fields, key)}'" for key in fields.values if fields.values[key] != "*"
            ]
            return f"{name}[{','.join(parts)}]" if parts else name
        version = table.text(name) or "*"
        return name if version == "*" else f"{name} {version}"

    def field(self, fields: Table, key: str) -> str:
        text = str(fields.values[key]) if isinstance(fields.values[key], int) else fields.text(key) or ""
        if "'" in text:
            raise fields.refuse(key, toml_guard.kind(text), "text without quotes")
        return text

    def pip(self, table: Table) -> Iterator[str]:
        for name in table.values:
            yield self.checked(table, name, self.requirement(table, name))

    def requirement(self, table: Table, name: str) -> str:
        if not isinstance(table.values[name], dict):
            return f"{name}{self.condition(table, name)}"
        fields = table.table(name)
        self.check(fields, ("version", "extras", "url", "env-markers"))
        extras = fields.texts("extras")
        head = f"{name}[{','.join(extras)}]" if extras else name
        url, marker = fields.text("url"), fields.text("env-markers")
        body = f"{head} @ {url} " if url else f"{head}{self.condition(fields, 'version')}"
        return f"{body}; {marker}" if marker else body.strip()

    def condition(self, table: Table, key: str) -> str:
        """A version as PEP 440 writes it; empty for any."""
        version = table.text(key) or "*"
        if version != "*" and version[0] not in "<>=!~":
            raise table.refuse(key, f"'{show(version)}' has no operator", "a version such as >=2 or ==2.1")
        return "" if version == "*" else version

    def checked(self, table: Table, key: str, line: str) -> str:
        """A line as it is, if it is a requirement."""
        try:
            Requirement(line)
        except InvalidRequirement as error:
            raise table.refuse(key, f"'{show(line)}': {str(error).splitlines()[0]}", "a version such as >=2") from None
        if reason := piplines.refusal(line):
            raise table.refuse(key, f"'{show(line)}': {reason}", hints=(piplines.remedy(line),))
        return line

    def project_lines(self) -> Iterator[str]:
        """What the project itself needs, which pixi takes from PyPI."""
        if "dependencies" in self.project.texts("dynamic"):
            raise self.project.refuse("dynamic", "only a build of the project tells its dependencies", hints=(_HINT,))
        for line in self.project.texts("dependencies"):
            yield self.checked(self.project, "dependencies", line)
        for key in ("optional-dependencies",):
            if key in self.project.values:
                self.note(self.project, key, "is no part of the default environment and is left out")

    def python(self, conda: tuple[str, ...]) -> Iterator[str]:
        """Python as the project asks for it, unless it is asked for anyway."""
        wanted = self.project.text("requires-python")
        if wanted and not any(matchspec.parse(matchspec.strip_comment(text)).name == "python" for text in conda):
            yield f"python {wanted.replace(' ', '')}"

    def index_lines(self) -> Iterator[str]:
        options = self.root.table("pypi-options")
        self.check(options, tuple(_INDEX_OPTIONS))
        url = options.text("index-url")
        addresses = [
            *([("index-url", url)] if url else []),
            *(("extra-index-urls", it) for it in options.texts("extra-index-urls")),
        ]
        for key, address in addresses:
            line = f"{_INDEX_OPTIONS[key]} {address}"
            if reason := piplines.refusal(line):
                raise options.refuse(key, f"'{show(line)}': {reason}", hints=(piplines.remedy(line),))
            yield line

    def variables(self, activation: Table) -> dict[str, str]:
        self.check(activation, ("env",))
        env = activation.table("env")
        return {name: self.variable(env, name, value) for name, value in env.values.items()}

    def variable(self, env: Table, name: str, value: Any) -> str:
        if not _VARIABLE.match(name) or not isinstance(value, str):
            raise env.refuse(name, toml_guard.kind(value), "NAME = text")
        if re.search(r"\$\{?[A-Za-z_]|%[A-Za-z_]+%", value):
            raise env.refuse(name, "it is filled in from other variables", "text that stands for itself")
        return value
