"""Understand conda match specs without an engine: ``python=3.10``, ``conda-forge::numpy >=1.26,<2``, ``a=1.0=b``.

`parse` takes every form that conda 26.9 takes in an environment file, and refuses, with the reason, what can only be
a mistake. `canonical` is the form in which conda itself prints a spec. Nothing is solved or looked up here, and no
text is changed: a `Spec` keeps what the user wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from . import archives
from .errors import InvalidSpec
from .redact import show

_NAME = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9_.*-]*\Z")
_CONDITION = re.compile(r"\(*(?:(?:[<>=!]=?|~=)?[\w.+!*-]*[\w*]|\^.*\$)\)*\Z", re.ASCII)
_BUILD = re.compile(r"[\w.+*^$|()?\\-]+\Z", re.ASCII)
_FIELD = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^'\",\s]*))\s*(?:,|$)")
_FIELDS = {"version", "build", "build_number", "channel", "subdir", "fn", "url", "md5", "sha256", "license", "name"}
_FIELDS |= {"license_family", "track_features", "features", "namespace", "file_name", "extras", "flags", "when"}
_EXTRAS = re.compile(r"\[[A-Za-z0-9_., -]+\]\Z")
_ARCHIVE = (".conda", ".tar.bz2")
_SUBDIR = re.compile(r"(?:noarch|(?:linux|osx|win|freebsd|emscripten|wasi|zos)-[a-z0-9]+)\Z")
# the version, then a build behind a space or an equals sign that is no part of an operator
_VERSION_AND_BUILD = re.compile(r"(?P<version>.*?[^=!|,<>~\s])(?:\s*=|\s+)(?P<build>[^-=,|<>~\s][^=,|<>~\s]*)\s*\Z")
_OPERATORS = re.compile(r"[><$^|,]")


@dataclass(frozen=True)
class MatchSpec:
    """A match spec's parts; an absent part is None. ``version`` is as conda compares it: ``=3.10`` is ``3.10.*``."""

    name: str
    version: str | None = None
    build: str | None = None
    channel: str | None = None
    subdir: str | None = None
    url: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """As conda prints it; reading it again gives the same parts."""
        if self.url:
            return self.url
        version, exact, fields = self._version_text()
        text = f"{self._channel_text()}{self.name}{version}"
        if self.build and exact and not _is_pattern(self.build):
            text += f"={self.build}"
        elif self.build:
            fields.append(f"build={_field_text(self.build, _OPERATORS.search(self.build) is not None)}")
        if self.subdir and not self.channel:
            fields.append(f"subdir={self.subdir}")
        fields += [f"{key}={_field_text(value, bool(set(', =') & set(value)))}" for key, value in self.others.items()]
        return f"{text}[{','.join(fields)}]" if fields else text

    def _channel_text(self) -> str:
        return f"{self.channel}{f'/{self.subdir}' if self.subdir else ''}::" if self.channel else ""

    def _version_text(self) -> tuple[str, bool, list[str]]:
        """The version as text behind the name, whether it is exact, or else as a field in brackets."""
        version = self.version
        if not version or version == "*":
            return "", False, []
        if _OPERATORS.search(version) or (self.build and version.startswith(("!=", "~="))):
            return "", False, [f"version='{version}'"]
        if version.startswith(("!=", "~=")):
            return version, False, []
        if version.endswith("*"):
            return "=" + version.removesuffix("*").removesuffix("."), False, []
        return "==" + version.removeprefix("=="), True, []


def parse(text: str) -> MatchSpec:
    """The spec's parts. Raises `InvalidSpec`; the message says what is wrong with it."""
    body = strip_comment(text)
    if not body:
        raise InvalidSpec("an empty match spec", spec=show(text))
    if body.partition("#")[0].endswith(_ARCHIVE) and "[" not in body:
        return _archive(body.partition("#")[0])
    body, fields = _split_fields(body)
    channel, subdir, body = _split_channel(body)
    found = re.match(r"\s*([^\s=<>!~]+)\s*(.*)\Z", body, re.DOTALL)
    if not found or not _NAME.match(found[1]):
        raise InvalidSpec(_name_trouble(body), spec=show(text))
    version, build = _version_and_build(found[2].strip(), text)
    version, build = fields.pop("version", version), fields.pop("build", build)
    return MatchSpec(
        name=fields.pop("name", found[1]).lower(),
        version=version,
        build=build,
        channel=fields.pop("channel", channel),
        subdir=fields.pop("subdir", subdir),
        url=None,
        others=fields,
    )


def canonical(text: str) -> str:
    """The spec as conda 26.9 prints it (``numpy[version='>=1.26,<2']``). Raises `InvalidSpec`."""
    return str(parse(text))


def oddity(text: str) -> str | None:
    """What in a spec is read, as conda reads it, but was hardly meant; one sentence, or None."""
    body = strip_comment(text)
    extras = _EXTRAS.search(body)
    if extras:
        return f"'{show(extras[0])}' is pip's way to ask for extras: conda ignores it"
    if re.search(r"=[<>]", body):
        return f"'{show(body)}' has its operator the wrong way round (>= and <= are meant)"
    return None


def strip_comment(text: str) -> str:
    """The spec without a comment or a selector behind it; the fragment of an address stays."""
    body = re.split(r"(?:^|\s)#", text, maxsplit=1)[0]
    if "#" in body and "://" not in body:
        body = body[: body.index("#")]
    return body.split(" if ", 1)[0].strip()


def _archive(address: str) -> MatchSpec:
    """An address or path of one package archive; name, version and build come from the file's name."""
    found = archives.parse(address)
    if found is None:
        raise InvalidSpec(f"'{show(address)}' is not named NAME-VERSION-BUILD.conda", spec=show(address))
    subdir = found.subdir if _SUBDIR.match(found.subdir) else None
    return MatchSpec(found.name.lower(), found.version, found.build, None, subdir, address)


def _split_fields(body: str) -> tuple[str, dict[str, str]]:
    """Take ``[key=value, …]`` from the end."""
    if not body.endswith("]"):
        if "[" in body or "]" in body:
            raise InvalidSpec("brackets have to close at the end of the spec", spec=show(body))
        return body, {}
    head, _, inside = body[:-1].partition("[")
    if _EXTRAS.match(f"[{inside}]"):
        return head.rstrip(), {}
    fields: dict[str, str] = {}
    position = 0
    while position < len(inside):
        found = _FIELD.match(inside, position)
        if not found or found[1] not in _FIELDS or not any(found.groups()[1:]):
            raise InvalidSpec("the brackets hold no list of key=value", spec=show(body))
        fields[found[1]] = next(value for value in found.groups()[1:] if value)
        position = found.end()
    return head.rstrip(), fields


def _split_channel(body: str) -> tuple[str | None, str | None, str]:
    """Take ``channel/subdir::`` (or ``channel:namespace:``) from the front."""
    channel, colons, rest = body.rpartition("::")
    if not colons:
        if ":" in body:
            raise InvalidSpec("a single colon", spec=show(body))
        return None, None, body
    channel = channel.strip()
    if not channel or any(character.isspace() for character in channel):
        raise InvalidSpec("no channel in front of '::'", spec=show(body))
    head, _, last = channel.rpartition("/")
    return (head, last, rest) if head and _SUBDIR.match(last) else (channel, None, rest)


def _version_and_build(text: str, spec: str) -> tuple[str | None, str | None]:
    """Split what stands behind the name."""
    if not text:
        return None, None
    found = _VERSION_AND_BUILD.match(text)
    version, build = (found["version"], found["build"]) if found else (text, None)
    version = _plain_version(re.sub(r"\s*([<>=!~,|]+)\s*", r"\1", version), build)
    for condition in re.split(r"[,|]", version):
        if not _CONDITION.match(condition):
            raise InvalidSpec(f"'{show(text)}' is not a version", spec=show(spec))
    if build and not _BUILD.match(build):
        raise InvalidSpec(f"'{show(build)}' is not a build", spec=show(spec))
    return version, build


def _plain_version(version: str, build: str | None) -> str:
    """Write a leading ``=`` as conda understands it: ``=1.2`` is ``1.2*``, ``==1.2`` and ``=1.2=b`` are ``1.2``."""
    if not version.startswith("="):
        return version
    if version.startswith("==") and build is None:
        return version[2:]
    rest = version[1:]
    if re.search(r"[=,|]", rest):
        return version.removeprefix("==") if version.startswith("==") else version
    return rest if build is not None or rest.endswith("*") else rest + "*"


def _is_pattern(build: str) -> bool:
    return "*" in build or _OPERATORS.search(build) is not None


def _field_text(value: str, needs_quotes: bool) -> str:
    return f"'{value}'" if needs_quotes else value


def _name_trouble(body: str) -> str:
    if body.startswith("-"):
        return "a pip option, which belongs into the pip section"
    if "@" in body or body.startswith(("git+", "./", "../")):
        return "a pip requirement, which belongs into the pip section"
    return "no package name"


def of_python(wish: str) -> str:
    """A match spec for a Python that is wished for by PEP 440: ``python >=3.11,<3.13``."""
    return of_pep440("python", wish)


def of_pep440(name: str, condition: str) -> str:
    """A match spec for a package that is wished for by PEP 440."""
    parts = [part.strip() for part in condition.split(",") if part.strip()]
    conda = [part[2:] if part.startswith("==") and part.endswith(".*") else part for part in parts]
    return f"{name} {','.join(conda)}".strip()
