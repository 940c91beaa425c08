"""Understand the lines of an environment file's pip section, without pip and without running anything.

`classify` says what a line is; `refusal` says why a line is never part of an environment: options that write
somewhere else or run something, and ``${VARIABLES}`` (uv and pip would fill them in from the server's own
environment). Requirements themselves are checked by uv when they are locked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["requirement", "editable", "file", "constraint", "index", "option", "comment"]

_INDEX_OPTIONS = frozenset({"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-index"})
_OPTION_KINDS: dict[str, Kind] = {
    "-e": "editable",
    "--editable": "editable",
    "-r": "file",
    "--requirement": "file",
    "-c": "constraint",
    "--constraint": "constraint",
}
_HARMLESS_OPTIONS = frozenset(
    {
        "--pre",
        "--no-binary",
        "--only-binary",
        "--prefer-binary",
        "--require-hashes",
        "--trusted-host",
        "--hash",
        "--no-deps",
    }
)
_INNER_OPTION = re.compile(r"\s(--?[A-Za-z][A-Za-z-]*)")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True)
class PipLine:
    """A line of the pip section: its kind, and its text without the option in front.

    A "requirement" is a name with conditions, an address or a path; "index" is any option that says where to look.

    ``option`` is the option as written (``--index-url``), empty for requirements.
    """

    kind: Kind
    value: str
    option: str = ""


def classify(line: str) -> PipLine:
    """What one line asks for; never raises."""
    body = re.sub(r"(?:^|\s)#.*\Z", "", line).strip()
    if not body:
        return PipLine("comment", "")
    if body.startswith("-"):
        return _option(body)
    return PipLine("requirement", body)


def refusal(line: str) -> str | None:
    """Why the line cannot be part of an environment, as half a sentence; None if it can."""
    if any(ord(character) < ord(" ") and character != "\t" for character in line):
        return "it holds a control character"
    if variable := _VARIABLE.search(line):
        return f"{variable[0]} would be filled in from the server's environment"
    parsed = classify(line)
    if parsed.kind == "option" and parsed.option not in _HARMLESS_OPTIONS:
        return f"the option {parsed.option} is not allowed in an environment file"
    inner = next((word for word in _INNER_OPTION.findall(parsed.value) if word not in _HARMLESS_OPTIONS), None)
    if inner:
        return f"the option {inner} is not allowed behind a requirement"
    if parsed.kind in (*_OPTION_KINDS.values(), "index") and not parsed.value and parsed.option != "--no-index":
        return f"{parsed.option} needs a value"
    return None


def _option(body: str) -> PipLine:
    found = re.match(r"(--[a-z][a-z-]*|-[a-zA-Z])(?:\s*=\s*|\s+|(?<=-[a-zA-Z])(?=\S)|\Z)(.*)\Z", body, re.DOTALL)
    if not found:
        return PipLine("option", "", re.split(r"[\s=]", body, maxsplit=1)[0])
    option, value = found[1], found[2].strip().strip("'\"")
    if option in _OPTION_KINDS:
        return PipLine(_OPTION_KINDS[option], value, option)
    return PipLine("index" if option in _INDEX_OPTIONS else "option", value, option)
