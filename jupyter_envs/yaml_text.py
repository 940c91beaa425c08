"""Write text as YAML scalars that every YAML 1.1 and 1.2 reader gives back as the same text.

Nothing is resolved and nothing is wrapped: ``no``, ``3.10`` and ``1e5`` come out quoted, a match spec such as
``numpy >=1.2,<2`` comes out as people write it.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"(?:[A-Za-z_/]|--?(?=[A-Za-z]))[!-~]*(?: [!-~]+)*\Z")
_AMBIGUOUS = re.compile(r": | #|:\Z", re.DOTALL)
_WORDS = frozenset(
    word
    for base in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    for word in (base, base.capitalize(), base.upper())
)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def scalar(text: str) -> str:
    """``text`` as it is written behind ``- `` or ``key: `` in block style: plain where that is safe, else quoted."""
    if _PLAIN.match(text) and not _AMBIGUOUS.search(text) and text not in _WORDS:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """``text`` in single quotes, or in double quotes where it holds something that has to be escaped."""
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else f"\\U{ord(character):08X}"
