"""What was asked for, as it can be asked for elsewhere, and a sentence for all that is left out or works only here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .. import piplines
from ..models import Spec
from ..redact import clean_url, sounds_secret
from .homes import below
from .source import Source

Notes = tuple[str, ...]


def portable_spec(source: Source) -> tuple[Spec, Notes]:
    """The spec without what only this machine knows; a file that names no channel names those that were in force."""
    spec, notes = source.spec, list[str]()

    def kept(what: str, texts: Sequence[str]) -> tuple[str, ...]:
        mine = [text for text in texts if below(source.homes, text) or text.startswith("file:///~/")]
        notes.extend(f"The {what} “{text}” is in your home folder: it is left out." for text in mine)
        return tuple(text for text in texts if text not in mine)

    in_force = source.lock.channels if source.lock and not set(spec.channels) - {"nodefaults"} else ()
    channels, conda = kept("channel", (*in_force, *spec.channels)), kept("package", spec.conda)
    pip, about_pip = portable_lines(source, spec.pip)
    variables, about_variables = _variables(source)
    safe = replace(spec, channels=channels, conda=conda, pip=pip, variables=variables)
    return safe, (*notes, *about_pip, *about_variables)


def portable_lines(source: Source, lines: Sequence[str]) -> tuple[tuple[str, ...], Notes]:
    """Lines of a pip section without those that name the home folder; of those that name another, it is said."""
    kept, notes = [], []
    for line in lines:
        if below(source.homes, line):
            notes.append(f"The pip line “{line}” is in your home folder: it is left out.")
            continue
        kept.append(line)
        if path := piplines.path_of(line):
            notes.append(f"The pip line “{line}” works only {_where(path)}.")
    return tuple(kept), tuple(notes)


def _where(path: str) -> str:
    if path.startswith(("/", "~", "\\")) or ":" in path:
        return f"where {path} is there: send it along, or name an address"
    return f"beside that folder: send {path} along with the file"


def _variables(source: Source) -> tuple[dict[str, str], list[str]]:
    kept, notes = dict[str, str](), list[str]()
    for name, value in source.spec.variables.items():
        if sounds_secret(name) or clean_url(value)[1]:
            notes.append(f"The variable {name} may hold a secret: it is left out.")
        elif below(source.homes, value):
            notes.append(f"The variable {name} holds a path of your home folder: it is left out.")
        else:
            kept[name] = value
    return kept, notes
