"""Makes tiny wheels and source distributions."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_DATE = (2020, 1, 1, 0, 0, 0)
_SECONDS = 1_577_836_800

# A build backend that leaves a trace, so that a test can see whether anything was built.
_TELLTALE_BACKEND = """\
from pathlib import Path

Path.home().joinpath("{trace}").touch()


def get_requires_for_build_wheel(config_settings=None):
    return []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    Path(wheel_directory, "{file_name}").write_bytes(bytes.fromhex("{wheel}"))
    return "{file_name}"
"""

# A build backend that builds nothing: the wheel lies beside it. Needs no network.
_READY_BACKEND = """\
import shutil
from pathlib import Path


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    (wheel,) = Path(__file__).parent.glob("*.whl")
    shutil.copy(wheel, wheel_directory)
    return wheel.name


build_editable = build_wheel


def get_requires_for_build_wheel(config_settings=None):
    return []


get_requires_for_build_editable = get_requires_for_build_wheel
"""


@dataclass(frozen=True)
class PypiFile:
    """One file of an index; ``metadata`` is the wheel's own, None for a source distribution.

    ``uploaded`` is a time (ISO 8601, UTC); the index states none without it. ``yanked`` is why it should not be used
    any more (PEP 592), empty if it may be.
    """

    name: str
    file_name: str
    content: bytes
    metadata: bytes | None = None
    uploaded: str | None = None
    yanked: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def make_wheel(
    name: str, version: str, *, requires: Sequence[str] = (), modules: Mapping[str, str] | None = None
) -> PypiFile:
    """A pure wheel with one module of that name unless ``modules`` (path to text) says otherwise."""
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.8\n"
    metadata = (about + "".join(f"Requires-Dist: {line}\n" for line in requires)).encode()
    folder = f"{name}-{version}.dist-info"
    files = {path: text.encode() for path, text in (modules or {f"{name}.py": f'version = "{version}"\n'}).items()}
    files[f"{folder}/METADATA"] = metadata
    files[f"{folder}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{folder}/RECORD"] = _record(files, f"{folder}/RECORD")
    return PypiFile(name, f"{name}-{version}-py3-none-any.whl", _zip(files), metadata)


def pack_wheel(name: str, file_name: str, folder: str, files: Mapping[str, bytes]) -> PypiFile:
    """A wheel of just these files; ``folder`` is its ``.dist-info``, which gets a RECORD."""
    record = f"{folder}/RECORD"
    return PypiFile(name, file_name, _zip({**files, record: _record(files, record)}), files[f"{folder}/METADATA"])


def make_source(name: str, version: str) -> PypiFile:
    """A source distribution only; building it (or asking for its metadata) leaves ``~/NAME-was-built``."""
    wheel = make_wheel(name, version)
    backend = _TELLTALE_BACKEND.format(trace=f"{name}-was-built", file_name=wheel.file_name, wheel=wheel.content.hex())
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": backend,
    }
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size, member.mtime = len(text.encode()), _SECONDS
            archive.addfile(member, io.BytesIO(text.encode()))
    return PypiFile(name, f"{name}-{version}.tar.gz", stream.getvalue())


def make_project(folder: Path, name: str, version: str = "1.0") -> Path:
    """A folder that ``pip install`` takes, also with ``-e``."""
    folder.mkdir(parents=True)
    wheel = make_wheel(name, version)
    (folder / wheel.file_name).write_bytes(wheel.content)
    (folder / "backend.py").write_text(_READY_BACKEND)
    build = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (folder / "pyproject.toml").write_text(f'{build}\n[project]\nname = "{name}"\nversion = "{version}"\n')
    return folder


def _record(files: Mapping[str, bytes], own_path: str) -> bytes:
    lines = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    return ("\n".join([*lines, f"{own_path},,"]) + "\n").encode()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, _DATE), content)
    return stream.getvalue()
