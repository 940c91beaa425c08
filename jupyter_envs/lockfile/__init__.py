"""Locks: conda-lock v1 YAML (``*.conda-lock.yml``), text to `Lock` and back; the front door for ``pylock.toml``, too,
and for ``@EXPLICIT`` lists, text to `Lock`.

What `write` makes is read by conda (with conda-lockfiles), mamba, micromamba and conda-lock. What the format has no
field for (archive sizes, build numbers that the build string does not end in, the date of a lock, the machine and the
Python that it is for) stands in its ``custom_metadata``, which the others ignore.
"""

from .reader import MAX_BYTES, parse, parse_again
from .writer import write, write_as

__all__ = ["MAX_BYTES", "parse", "parse_again", "write", "write_as"]
