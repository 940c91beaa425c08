"""Understand the lines of an environment file's pip section, without pip and without running anything.

One table of options serves everybody: `classify` says what a line is; `refusal` says why a line is never part of an
environment (options that write somewhere else or run something, and ``${VARIABLES}``, which uv and pip would fill in
from the server's own environment). What can be locked is `pipsection`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["requirement", "editable", "file", "constraint", "index", "option", "comment"]

CONSTRAINT_MARK = "# constraint: "  # in front of a line that came out of a constraints file; pip reads a comment

# in front of the wish for an interpreter, where a section stands for itself; pip reads a comment
PYTHON_MARK = "# python: "


@dataclass(frozen=True)
class Option:
    """An option that a pip section may have: its kind, uv's name for it ("" where uv need not know), its value."""

    kind: Kind
    uv: str = ""
    takes_value: bool = True


OPTIONS: dict[str, Option] = {
    "-e": Option("editable"),
    "--editable": Option("editable"),
    "-r": Option("file"),
    "--requirement": Option("file"),
    "-c": Option("constraint"),
    "--constraint": Option("constraint"),
    "-i": Option("index", "--default-index"),
    "--index-url": Option("index", "--default-index"),
    "--extra-index-url": Option("index", "--index"),
    "-f": Option("index", "--find-links"),
    "--find-links": Option("index", "--find-links"),
    "--no-index": Option("index", "--no-index", takes_value=False),
    "--trusted-host": Option("option", "--allow-insecure-host"),
    "--pre": Option("option", "--prerelease=allow", takes_value=False),
    "--only-binary": Option("option"),
    "--no-binary": Option("option"),
    "--prefer-binary": Option("option", takes_value=False),
    "--require-hashes": Option("option", takes_value=False),
    "--no-deps": Option("option", "--no-deps", takes_value=False),
}
BEHIND_A_REQUIREMENT = frozenset({"--hash"})
# what only counts where something is built
_OF_BUILDS = re.compile(
    r"(?:--(?:config-settings?|global-option|build-option|install-option|build-constraint|use-pep517"
    r"|no-use-pep517|no-build-isolation|check-build-dependencies)|-C)\Z"
)
_SEVERAL: frozenset[Kind] = frozenset({"index", "option"})  # these may stand in one line
_NEXT_OPTION = re.compile(r"\s(?=--?[A-Za-z])")
_INNER_OPTION = re.compile(r"\s(--?[A-Za-z][A-Za-z-]*)")
_NAMED = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?\s*@\s*(?=\S)")  # "name @ " before an address
_REPOSITORY = re.compile(r"[a-z]+\+", re.IGNORECASE)
_PATH = re.compile(r"[./~\\]|[A-Za-z]:[\\/]|(?:[a-z]+\+)?file:", re.IGNORECASE)
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
    """What one line asks for; never raises. Of several options in a line, the first."""
    body = without_comment(line)
    if not body:
        constraint = constraint_of(line)
        return PipLine("comment", "") if constraint is None else PipLine("constraint", constraint)
    return options(body)[0] if body.startswith("-") else PipLine("requirement", body)


def options(body: str) -> list[PipLine]:
    """Each option of a line that begins with one."""
    return [_option(part) for part in _NEXT_OPTION.split(body)]


def without_comment(line: str) -> str:
    """The line without a comment; the fragment of an address stays."""
    return re.sub(r"(?:^|\s)#.*\Z", "", line, flags=re.DOTALL).strip()


def path_of(line: str) -> str | None:
    """The first file or folder of a disk that a line names, as it is written there; None if it names none."""
    body = without_comment(line)
    parts = options(body) if body.startswith("-") else [PipLine("requirement", body)]
    return next((path for one in parts if (path := _path(one))), None)


def constraint_of(line: str) -> str | None:
    """The requirement in a line that came out of a constraints file, or None."""
    return line.removeprefix(CONSTRAINT_MARK).strip() if line.startswith(CONSTRAINT_MARK) else None


def with_python(lines: Sequence[str], python: str) -> tuple[str, ...]:
    """The lines with the wish for an interpreter in front, if there is one."""
    return (f"{PYTHON_MARK}{python}", *lines) if python else tuple(lines)


def without_python(lines: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The lines without a wish for an interpreter, and the wish; the last of several, empty if there is none."""
    wishes = [line.removeprefix(PYTHON_MARK).strip() for line in lines if line.startswith(PYTHON_MARK)]
    return tuple(line for line in lines if not line.startswith(PYTHON_MARK)), (wishes or [""])[-1]


def lines_of_file(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a requirements file that say something, without comments, each with its number (from 1).

    A line that ends in a backslash goes on in the next one.
    """
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        start = start or number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            pending += line[:-1] + " "
            continue
        if body := without_comment(pending + line):
            yield start, " ".join(body.split())
        pending, start = "", 0
    if body := without_comment(pending):
        yield start, body


def refusal(line: str) -> str | None:
    """Why the line cannot be part of an environment, as half a sentence; None if it can."""
    if any(ord(character) < ord(" ") and character != "\t" for character in line):
        return "it holds a control character"
    if variable := _VARIABLE.search(line):
        return f"{variable[0]} would be filled in from the server's environment"
    parsed = classify(line)
    if not parsed.option:
        return _behind(parsed.value)
    first, *more = options(without_comment(line))
    if first.option not in OPTIONS:
        return f"the option {first.option} is not allowed in an environment file"
    wrong = more if first.kind not in _SEVERAL else [one for one in more if not _may_follow(one)]
    if wrong:
        return f"the option {wrong[0].option} is not allowed behind a requirement"
    return next((why for one in (first, *more) if (why := _value_trouble(one))), None)


def remedy(line: str) -> str:
    """What to do about a line that `refusal` has a reason for."""
    if _VARIABLE.search(line):
        return "Write what it stands for; the user and password of an index belong in ~/.netrc."
    named = [] if classify(line).kind == "comment" else re.findall(r"(?:\A|\s)(--?[A-Za-z][A-Za-z0-9-]*)", line)
    if any(_OF_BUILDS.match(option) for option in named):
        return "Leave the option out: wheels are installed, which nobody builds."
    if named:
        return "Leave the option out; “The pip section” in the documentation has those that may stand there."
    return "Write one requirement in a line, such as “requests>=2”."


def _path(parsed: PipLine) -> str | None:
    value = _NAMED.sub("", parsed.value).partition(" ;")[0].strip()
    needs_address = parsed.kind in ("editable", "file", "constraint", "index")
    bare = needs_address and "://" not in value and not _REPOSITORY.match(value)
    return value if value and (_PATH.match(value) or bare) else None


def _may_follow(parsed: PipLine) -> bool:
    return parsed.option in OPTIONS and parsed.kind in _SEVERAL


def _behind(text: str) -> str | None:
    inner = next((word for word in _INNER_OPTION.findall(text) if word not in BEHIND_A_REQUIREMENT), None)
    return f"the option {inner} is not allowed behind a requirement" if inner else None


def _value_trouble(parsed: PipLine) -> str | None:
    takes_value = OPTIONS[parsed.option].takes_value
    if takes_value and not parsed.value:
        return f"{parsed.option} needs a value"
    return None if takes_value or not parsed.value else f"{parsed.option} takes no value"


def _option(body: str) -> PipLine:
    found = re.match(r"(--[a-z][a-z-]*|-[a-zA-Z])(?:\s*=\s*|\s+|(?<=-[a-zA-Z])(?=\S)|\Z)(.*)\Z", body, re.DOTALL)
    if not found:
        return PipLine("option", "", re.split(r"[\s=]", body, maxsplit=1)[0])
    option, value = found[1], found[2].strip().strip("'\"")
    return PipLine(OPTIONS[option].kind if option in OPTIONS else "option", value, option)
