"""``-r FILE`` and ``-c FILE`` in a pip section: the lines of those files, in their place.

A file is read from the environment file's own folder or below, and nowhere else. Afterwards the section stands for
itself: a requirement of an included file is a line, and one of a constraints file is a comment that only we
understand (`piplines.CONSTRAINT_MARK`), so that it can be written into any environment file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jupyter_envs import piplines
from jupyter_envs.envfile import selectors
from jupyter_envs.formats import LIMITS, Limits
from jupyter_envs.manager.requests import Documents
from jupyter_envs.models import Spec
from jupyter_envs.redact import show
from jupyter_envs.yaml_guard import Place, check_size

MAX_DEPTH = 8
MAX_FILES = 50
_OUTSIDE = re.compile(r"[/\\~]|[A-Za-z]:|[A-Za-z0-9+.-]+://")
_HINT = "Put the file beside the environment file, or write its lines into the pip section."


async def include(spec: Spec, path: str | None, documents: Documents, limits: Limits = LIMITS) -> Spec:
    """``spec`` with the files that its pip section names; ``path`` is the environment file's in ``documents``.

    Without a path there is no folder to look in, and the lines stay: whoever resolves them says so. Raises
    `InvalidFile` for a file that is not there, lies outside, includes itself, or is not understood.
    """
    if path is None or not named_files(spec):
        return spec
    included = _Including(documents, posixpath.dirname(posixpath.normpath(path)), limits)
    lines: list[str] = []
    for line in spec.pip:
        lines += await included.line(line, path, ()) if _names_a_file(line) else [line]
    return replace(spec, pip=tuple(lines))


def named_files(spec: Spec) -> tuple[str, ...]:
    """The lines of a pip section that stand for files; `include` puts the files' lines in their place."""
    return tuple(line for line in spec.pip if _names_a_file(line))


def _names_a_file(line: str) -> bool:
    parsed = piplines.classify(selectors.split(line)[0])
    return parsed.option != "" and parsed.kind in ("file", "constraint")


@dataclass
class _Including:
    """What has been read so far for one environment file; ``folder`` is that file's."""

    documents: Documents
    folder: str
    limits: Limits
    files: set[str] = field(default_factory=set)

    async def line(self, line: str, source: str, above: tuple[str, ...]) -> list[str]:
        """The lines that one line with ``-r`` or ``-c`` stands for; it keeps its selector."""
        body, selector, _ = selectors.split(line)
        parsed = piplines.classify(body)
        place = Place(source)
        path = self.resolved(parsed.value, source, place)
        if path in above or len(above) >= MAX_DEPTH:
            why = "includes itself" if path in above else f"is more than {MAX_DEPTH} files deep"
            raise place.refuse(f"'{show(parsed.value)}' {why}", hints=(_HINT,))
        found = await self.lines(path, place, (*above, path), constraints=parsed.kind == "constraint")
        return [selectors.mark_comment(text, selector) if selector else text for text in found]

    def resolved(self, value: str, source: str, place: Place) -> str:
        """The path of an included file; relative to the file that names it, as for pip."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), value))
        inside = posixpath.relpath(path, self.folder or ".")
        if _OUTSIDE.match(value) or "\\" in value or inside.startswith(".."):
            expected = "a file in the environment file's own folder or below"
            raise place.refuse(f"'{show(value)}' lies elsewhere", expected=expected, hints=(_HINT,))
        return path

    async def lines(self, path: str, place: Place, above: tuple[str, ...], *, constraints: bool) -> list[str]:
        text = await self.documents.read(path)
        if text is None:
            raise place.refuse(f"the file '{show(path)}' is not there", hints=(_HINT,))
        self.files.add(path)
        if len(self.files) > MAX_FILES:
            raise place.refuse(f"more than {MAX_FILES} files are included")
        check_size(text, source=path, limit=self.limits.file)
        found: list[str] = []
        for number, line in piplines.lines_of_file(text):
            here = Place(path, line=number)
            if reason := piplines.refusal(line):
                hints = (piplines.remedy(line),)
                raise here.refuse(
                    f"'{show(line)}': {reason}", expected="a requirement such as requests>=2", hints=hints
                )
            if _names_a_file(line):
                nested = await self.line(line, path, above)
                found += _as_constraints(nested, here) if constraints else nested
            else:
                found += _as_constraints([line], here) if constraints else [line]
        return found


def _as_constraints(lines: Sequence[str], place: Place) -> list[str]:
    """Lines of a constraints file, or what it includes, as comments that hold a condition."""
    found: list[str] = []
    for line in lines:
        if piplines.constraint_of(line) is not None:
            found.append(line)
        elif piplines.classify(line).kind == "requirement":
            found.append(piplines.CONSTRAINT_MARK + line)
        else:
            raise place.refuse(f"'{show(line)}' in a constraints file", expected="name and version")
    return found
