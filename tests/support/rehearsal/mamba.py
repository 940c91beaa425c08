"""Stands for mamba in a rehearsal: ``create --yes --prefix P --file LIST`` for an explicit list, and ``clean``.

Every archive's SHA-256 is compared with the list, as mamba does; a line without one is refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import rattler
from rattler import package_streaming


def record(url: str, sha256: str, folder: Path) -> rattler.RepoDataRecord:
    """Download one archive, check it, and read its record."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=60) as answer:
        data = answer.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        sys.exit(f"{url}: wrong SHA-256")
    name = urlsplit(url).path.rpartition("/")[2]
    archive, place = folder / name, folder / f"{name}.d"
    archive.write_bytes(data)
    package_streaming.extract(archive, place)
    index = place / "info" / "index.json"
    about = rattler.PackageRecord.from_index_json(index, size=len(data), sha256=sha256, md5=None)
    return rattler.RepoDataRecord(about, name, url, url.rsplit("/", 2)[0] + "/")


async def create(prefix: str, text: str) -> None:
    """Make the environment."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines or lines[0] != "@EXPLICIT":
        sys.exit("this mamba reads explicit lists only")
    with tempfile.TemporaryDirectory() as scratch:
        records = []
        for line in lines[1:]:
            url, _, digest = line.partition("#")
            if not digest.startswith("sha256:") or len(digest) != len("sha256:") + 64:
                sys.exit(f"no SHA-256: {line}")
            records.append(record(url, digest.removeprefix("sha256:"), Path(scratch)))
        await rattler.install(
            records, prefix, cache_dir=Path(scratch) / "cache", execute_link_scripts=False, show_progress=False
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["clean"]:
        sys.exit(0)
    if sys.argv[1:4] != ["create", "--yes", "--prefix"] or sys.argv[5:6] != ["--file"] or len(sys.argv) != 7:
        sys.exit(f"this mamba does not know: {sys.argv[1:]}")
    asyncio.run(create(sys.argv[4], Path(sys.argv[6]).read_text()))
    sys.stdout.flush()
