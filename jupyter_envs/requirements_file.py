"""``requirements.txt``: what pip and uv read, as a `Spec` of PyPI packages alone. Pure; nothing is expanded.

Its lines stay as they are, without comments; ``-r`` and ``-c`` are put in their place by who has the files.
"""

from __future__ import annotations

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from . import piplines
from .envfile import Reading
from .models import Spec
from .redact import show
from .yaml_guard import Place


def read(text: str, *, source: str = "requirements.txt") -> Reading:
    """What a requirements file asks for. Raises `InvalidFile`, naming the line, for what no environment can have."""
    lines: list[str] = []
    for number, line in piplines.lines_of_file(text):
        if reason := piplines.refusal(line):
            place = Place(source, line=number)
            raise place.refuse(f"'{show(line)}': {reason}", expected="a requirement such as requests>=2")
        lines.append(line)
    if not lines:
        raise Place(source).refuse("no requirement in it", expected="lines such as requests>=2")
    return Reading(Spec(pip=tuple(lines), python=_python(text, source)))


def write(spec: Spec) -> str:
    """The lines of ``spec`` as a requirements file; reading it asks for the same PyPI packages."""
    return "".join(f"{line}\n" for line in piplines.with_python(spec.pip, spec.python))


def _python(text: str, source: str) -> str:
    """The wish for an interpreter, which `write` leaves as a comment."""
    _, wish = piplines.without_python(text.splitlines())
    try:
        SpecifierSet(wish)
    except InvalidSpecifier:
        raise Place(source).refuse(f"'{show(wish)}' as Python", expected="a condition such as >=3.11") from None
    return wish
