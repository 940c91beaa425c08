"""Numbers in sentences for people."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 package``, ``3 packages``: a number and a noun whose plural has an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
