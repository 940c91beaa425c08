"""``requirements.txt``: what pip and uv read, as a `Spec` of PyPI packages alone. Pure; nothing is expanded.

Its lines stay as they are, without comments; ``-r`` and ``-c`` are put in their place by who has the files.
"""

from __future__ import annotations

from collections.abc import Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from . import piplines
from .envfile import Reading
from .errors import InvalidFile
from .models import Spec
from .redact import show
from .yaml_guard import Place

_EXPECTED = "a requirement such as requests>=2"


def read(text: str, *, source: str = "requirements.txt") -> Reading:
    """What a requirements file asks for. Raises `InvalidFile`, naming the line, for what no environment can have."""
    lines: list[str] = []
    for number, line in piplines.lines_of_file(text):
        if reason := piplines.refusal(line):
            place = Place(source, line=number)
            raise place.refuse(f"'{show(line)}': {reason}", expected=_EXPECTED, hints=(piplines.remedy(line),))
        lines.append(line)
    if not lines:
        raise Place(source).refuse("no requirement in it", expected="lines such as requests>=2")
    return Reading(Spec(pip=tuple(lines), python=_python(text, source)))


def write(spec: Spec) -> str:
    """The lines of ``spec`` as a requirements file; reading it asks for the same PyPI packages."""
    return "".join(f"{line}\n" for line in piplines.with_python(spec.pip, spec.python))


def amend(text: str, spec: Spec) -> str:
    """The file with as few lines changed as it takes to ask for ``spec``; written anew where lines alone cannot do it.

    Reading the result asks for what ``spec`` asks for.
    """
    try:
        amended = _amended(text, spec)
        return amended if read(amended).spec.content_hash() == spec.content_hash() else write(spec)
    except InvalidFile:
        return write(spec)


def _amended(text: str, spec: Spec) -> str:
    lines, gone = text.splitlines(), set[int]()
    before = list(piplines.lines_of_file(text))
    for number, line in before:
        if line not in spec.pip:
            gone |= set(_physical(lines, number - 1))
    kept = {line for _, line in before}
    new = [line for line in spec.pip if line not in kept]
    return "".join(f"{line}\n" for line in [*(one for at, one in enumerate(lines) if at not in gone), *new])


def _physical(lines: Sequence[str], start: int) -> range:
    """The lines of the file that are one line for pip, which goes on behind a backslash."""
    end = start
    while end + 1 < len(lines) and lines[end].endswith("\\"):
        end += 1
    return range(start, end + 1)


def holds(spec: Spec) -> bool:
    """Whether such a file can ask for all that ``spec`` asks for: it has no variables and no platforms of its own."""
    try:
        return spec.engine == "pypi" and read(write(spec)).spec.content_hash() == spec.content_hash()
    except InvalidFile:
        return False


def _python(text: str, source: str) -> str:
    """The wish for an interpreter, which `write` leaves as a comment."""
    _, wish = piplines.without_python(text.splitlines())
    try:
        SpecifierSet(wish)
    except InvalidSpecifier:
        raise Place(source).refuse(f"'{show(wish)}' as Python", expected="a condition such as >=3.11") from None
    return wish
