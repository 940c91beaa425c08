"""What the addresses of requests say, beside their paths: parameters become frozen values here.

Raises `InvalidInput`, with the parameter named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_envs import package_query
from jupyter_envs.exports import FORMATS
from jupyter_envs.manager import Query
from jupyter_envs.models import EngineName
from jupyter_envs.package_query import PackageQuery
from jupyter_envs.server.fields import refuse

MANY_DAYS = 1e6
MANY_PACKAGES = 10


@dataclass(frozen=True)
class ListQuery:
    """The address of ``GET environments``: those of other tools, too, or only those that have all these packages."""

    foreign: bool
    packages: tuple[PackageQuery, ...]


def days_argument(value: str | None) -> float | None:
    """A number of days in the address, if there is one."""
    try:
        days = None if value is None else float(value)
    except ValueError:
        refuse("days", "must be a number")
    return refuse("days", "must be a number from 0") if days is not None and not 0 <= days < MANY_DAYS else days


def flag_argument(key: str, value: str) -> bool:
    """A flag in the address."""
    return {"true": True, "false": False}[value] if value in ("true", "false") else refuse(key, "must be true or false")


def list_query(foreign: str, packages: Sequence[str]) -> ListQuery:
    """The address of ``GET environments``. Raises `InvalidInput`."""
    if len(packages) > MANY_PACKAGES:
        refuse("package", f"may be given {MANY_PACKAGES} times at most")
    return ListQuery(flag_argument("foreign", foreign), tuple(map(package_query.parse, packages)))


def export_format(value: str) -> str:
    """The format in an export's address."""
    return value if value in FORMATS else refuse("format", f"must be one of {', '.join(FORMATS)}")


def engine_argument(value: str | None, key: str = "engine") -> EngineName:
    """Whose packages are meant."""
    if value in ("conda", "pypi"):
        return "pypi" if value == "pypi" else "conda"
    refuse(key, "must be conda or pypi")


def search_query(texts: Sequence[str], channels: Sequence[str], limits: Sequence[str]) -> Query:
    """The address of ``GET packages``: one ``q``, any number of ``channel``, at most one ``limit``."""
    if len(texts) != 1:
        refuse("q", "is needed, once")
    if not limits:
        return Query(texts[0], tuple(channels))
    if len(limits) > 1 or not re.fullmatch(r"[0-9]{1,4}", limits[0]):
        refuse("limit", "must be a whole number")
    return Query(texts[0], tuple(channels), int(limits[0]))
