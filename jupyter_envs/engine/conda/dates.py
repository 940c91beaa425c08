"""A solve as of a date: which records count as older, and which may be newer all the same. Runs in the worker.

rattler leaves out what is newer than the date. A version that the user named wins over it: packages are built
anew later, and a file that names exact versions says more than a date.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence

from rattler import MatchSpec, RepoDataRecord

from jupyter_envs import matchspec

# an ipykernel that starts with the kernel protocol of today; anything older solves and then does not run
KERNEL_FLOOR = "ipykernel >=4.6"

_NAMED = re.compile(r"[0-9][^<>=!~,|]*\Z")
_EARLIEST = datetime.datetime(1970, 1, 2, tzinfo=datetime.timezone.utc)


def moment(text: str) -> datetime.datetime | None:
    """The date as rattler takes it, None for none."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def time_of(record: RepoDataRecord) -> datetime.datetime | None:
    """When a record came into its channel, or was built; None where the channel states neither."""
    return record.indexed_timestamp or record.timestamp


def named_versions(specs: Iterable[str]) -> dict[str, str]:
    """Package to match spec, of the specs that name one version (``a=1.0``, ``a==1.0``, ``a=1.0=b``)."""
    parsed = [(matchspec.parse(matchspec.strip_comment(text)), text) for text in specs]
    return {spec.name: text for spec, text in parsed if spec.version and _NAMED.match(spec.version)}


def floor(specs: Iterable[str]) -> list[MatchSpec]:
    """The condition on ipykernel, unless the user has one."""
    parsed = [matchspec.parse(matchspec.strip_comment(text)) for text in specs]
    return [] if any(spec.name == "ipykernel" and spec.version for spec in parsed) else [MatchSpec(KERNEL_FLOOR)]


def newer_all_the_same(
    records: Sequence[RepoDataRecord], wanted: Iterable[MatchSpec], date: datetime.datetime
) -> list[RepoDataRecord]:
    """For each spec that nothing up to the date matches, what matches it later, said to be old; the oldest last.

    The solver prefers the last one of a name among the records that it is told to keep.
    """
    found: list[RepoDataRecord] = []
    for spec in wanted:
        matching = [record for record in records if spec.matches(record)]
        if all(is_newer(record, date) for record in matching):
            found += sorted(matching, key=lambda record: time_of(record) or _EARLIEST, reverse=True)
    return [back_dated(record) for record in found]


def is_newer(record: RepoDataRecord, date: datetime.datetime) -> bool:
    """Whether a record is known to be newer than the date."""
    time = time_of(record)
    return time is not None and time > date


def back_dated(record: RepoDataRecord) -> RepoDataRecord:
    """The record, said to be older than any date."""
    record.timestamp = _EARLIEST
    if record.indexed_timestamp is not None:
        record.indexed_timestamp = _EARLIEST
    return record


def is_back_dated(record: RepoDataRecord) -> bool:
    """Whether `back_dated` made it so."""
    return time_of(record) == _EARLIEST
