"""The channel made from this machine is one that a real solver and installer can use."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rattler
from jupyter_client.manager import KernelManager
from rattler.exceptions import SolverError

from jupyter_envs.errors import FileExists, NotFound

from .localchannel import (
    DISTRIBUTIONS,
    PLACEHOLDER,
    LocalChannel,
    Metadata,
    PackagedFile,
    build_channel,
    write_package,
)
from .support.home import isolated_environment
from .support.processes import Process, wait_until

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"

BUILD = """\
import sys
from pathlib import Path
from tests.localchannel import build_channel
class Reporter:
    def progress(self, progress): pass
    def log(self, line): print(line, flush=True)
build_channel(Path(sys.argv[1]), ["packaging"], samples=True, reporter=Reporter())
print("built")
"""


class Lines:
    """A reporter that keeps the log."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def progress(self, progress: object) -> None:
        raise AssertionError("building a channel has no phases")

    def log(self, line: str) -> None:
        self.lines.append(line)


async def solve(url: str, specs: list[str], cache: Path) -> list[rattler.RepoDataRecord]:
    gateway = rattler.Gateway(cache_dir=cache / "repodata")
    return await rattler.solve([url], specs, gateway, virtual_packages=rattler.VirtualPackage.detect())


async def create(url: str, specs: list[str], cache: Path, prefix: Path) -> None:
    records = await solve(url, specs, cache)
    await rattler.install(records, prefix, cache / "packages", show_progress=False, execute_link_scripts=False)


def run(prefix: Path, *argv: str) -> str:
    """What a program of the prefix prints."""
    env = {**isolated_environment(prefix), "PATH": f"{prefix}/bin:/usr/bin:/bin"}
    done = subprocess.run([prefix / "bin" / argv[0], *argv[1:]], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(prefix: Path, code: str) -> Any:
    """The value that a program's last line prints as JSON."""
    return json.loads(run(prefix, "python", "-c", f"import json, sys\n{code}").splitlines()[-1])


@pytest.fixture(scope="module")
def prefix(channel: LocalChannel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with every sample."""
    folder = tmp_path_factory.mktemp("localchannel")
    samples = ["tinytext", "tinyactivate", "tinyconf", "tinyblob", "tinykernel", "tinypostlink"]
    asyncio.run(create(channel.file_url, ["python", "ipykernel", *samples], folder / "cache", folder / "env"))
    return folder / "env"


def archives(channel: LocalChannel) -> Iterator[tuple[Path, dict[str, Any]]]:
    for subdir in (channel.subdir, "noarch"):
        repodata = json.loads((channel.path / subdir / "repodata.json").read_text())
        for name, record in repodata["packages"].items():
            yield channel.path / subdir / name, record


# The interpreter


def test_python_belongs_to_the_new_prefix(prefix: Path) -> None:
    assert ask(prefix, "print(json.dumps([sys.prefix, sys.base_prefix, sys.executable]))") == [
        str(prefix),
        str(prefix),
        str(prefix / "bin/python"),
    ]
    assert ask(prefix, "print(json.dumps(sys.version))") == sys.version


def test_modules_that_need_libraries_of_the_system_import(prefix: Path) -> None:
    assert run(prefix, "python", "-c", "import bz2, ctypes, lzma, sqlite3, ssl, zlib; print(ssl.OPENSSL_VERSION)")


def test_nothing_of_the_original_installation_is_loaded(prefix: Path) -> None:
    maps = run(prefix, "python", "-c", "import ctypes, ssl, zmq; print(open('/proc/self/maps').read())")
    loaded = {line.split()[-1] for line in maps.splitlines() if "/" in line}
    own = [path for path in loaded if "python" in path]
    assert own
    assert [path for path in own if not path.startswith(str(prefix))] == []


def test_search_paths_are_the_prefix_s_own(prefix: Path) -> None:
    paths = ask(prefix, "print(json.dumps(sys.path))")
    assert [path for path in paths if path and not path.startswith(str(prefix))] == []
    purelib = ask(prefix, "import sysconfig; print(json.dumps(sysconfig.get_path('purelib')))")
    assert Path(purelib).samefile(prefix / f"lib/python{PYTHON}/site-packages")


def test_settings_of_the_build_name_the_new_prefix(prefix: Path) -> None:
    code = "import sysconfig; print(json.dumps(sysconfig.get_config_vars()['INCLUDEPY']))"
    assert ask(prefix, code).startswith(str(prefix))


def test_byte_code_and_test_suites_are_left_out(channel: LocalChannel) -> None:
    path = next(path for path, record in archives(channel) if record["name"] == "python")
    with tarfile.open(path) as archive:
        names = archive.getnames()
    assert [name for name in names if "__pycache__" in name or "/test/" in name or "idlelib" in name] == []


# Packages


def test_kernel_starts_and_runs_code(prefix: Path, home: Path) -> None:
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec_manager.kernel_dirs = [str(prefix / "share/jupyter/kernels")]
    spec = manager.kernel_spec
    assert spec is not None
    spec.argv[0] = str(prefix / "bin/python")
    manager.start_kernel(cwd=str(home))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        found: list[str] = []
        reply = client.execute_interactive(
            "import sys, tornado, zmq; print(sys.prefix, zmq.__file__)",
            timeout=30,
            output_hook=lambda message: found.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok"
    assert "".join(found).split()[0] == str(prefix)
    assert "".join(found).split()[1].startswith(str(prefix))


def test_commands_of_pure_and_compiled_packages_run(prefix: Path) -> None:
    assert run(prefix, "tinytext") == "TINYTEXT 2.0\n"
    assert run(prefix, "debugpy", "--version").strip()
    assert "tinykernel" in run(prefix, "jupyter-kernelspec", "list", "--json")


def test_prefix_is_replaced_in_texts_and_scripts(prefix: Path) -> None:
    assert (
        prefix / "etc/tinyconf.ini"
    ).read_text() == f"[tinyconf]\nhome = {prefix}/share/tinyconf\nagain = {prefix}\n"
    assert run(prefix, "tinyconf") == f"{prefix}\n"


def test_prefix_is_replaced_in_binaries_without_moving_anything(prefix: Path) -> None:
    content = (prefix / "share/tinyblob.bin").read_bytes()
    start, _, rest = content.partition(f"{prefix}/share/tinyblob\0".encode())
    assert start == b"\x7fTINY\0"
    assert rest.strip(b"\0") == b"end"
    assert len(content) == len(b"\x7fTINY\0" + PLACEHOLDER.encode() + b"/share/tinyblob\0end\0")


def test_activation_scripts_work(prefix: Path) -> None:
    script = (
        f'. {prefix}/etc/conda/activate.d/tinyactivate.sh; printf "%s|%s" "$TINYACTIVATE_HOME" "$TINYACTIVATE_NOTE"'
    )
    env = {"CONDA_PREFIX": str(prefix)}
    done = subprocess.run(["/bin/sh", "-c", script], env=env, capture_output=True, check=True)
    assert done.stdout.decode() == f"{prefix}/share/tinyactivate|a b \"c\" 'd' é"


def test_post_link_script_is_only_there(prefix: Path) -> None:
    assert (prefix / "bin/.tinypostlink-post-link.sh").exists()
    assert not (prefix / "post-link-ran").exists()


def test_installed_distributions_are_known_and_complete(prefix: Path) -> None:
    code = (
        "from importlib.metadata import distributions\n"
        "print(json.dumps({d.metadata['Name']: [str(f) for f in d.files or () if not f.locate().exists()]"
        " for d in distributions()}))"
    )
    found = ask(prefix, code)
    assert {"ipykernel", "pyzmq", "tornado", "tinytext"} <= set(found)
    assert {name: missing for name, missing in found.items() if missing} == {}


# The channel


def test_records_say_what_the_archives_are(channel: LocalChannel) -> None:
    for path, record in archives(channel):
        content = path.read_bytes()
        assert (record["size"], record["sha256"]) == (len(content), hashlib.sha256(content).hexdigest()), path
        assert record["subdir"] == path.parent.name


def test_paths_say_what_the_files_are(channel: LocalChannel) -> None:
    for path, _ in archives(channel):
        with tarfile.open(path) as archive:
            files = {member.name: _content(archive, member) for member in archive}
        listed = json.loads(files["info/paths.json"])["paths"]
        expected = {
            entry["_path"]: (entry["size_in_bytes"], entry["sha256"])
            for entry in listed
            if entry["path_type"] == "hardlink"
        }
        actual = {
            name: (len(content), hashlib.sha256(content).hexdigest())
            for name, content in files.items()
            if not name.startswith("info/") and name in expected
        }
        assert actual == expected, path
        assert {entry["_path"] for entry in listed} == {name for name in files if not name.startswith("info/")}


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member) if member.isfile() else None
    return stream.read() if stream else b""


def test_solver_chooses_between_versions(channel: LocalChannel, tmp_path: Path) -> None:
    def version(spec: str) -> str:
        records = asyncio.run(solve(channel.file_url, [spec], tmp_path))
        return next(str(record.version) for record in records if record.name.normalized == "tinytext")

    assert version("tinytext") == "2.0"
    assert version("tinytext <2") == "1.0"
    assert version("tinyneeds") == "1.0"


def test_conflicting_samples_cannot_be_solved(channel: LocalChannel, tmp_path: Path) -> None:
    with pytest.raises(SolverError, match="tinytext"):
        asyncio.run(solve(channel.file_url, ["tinyneeds", "tinytext 2.*"], tmp_path))


def test_same_packages_over_http(channel: LocalChannel, channel_http: str, tmp_path: Path) -> None:
    over_http = asyncio.run(solve(channel_http, ["ipykernel"], tmp_path))
    from_disk = asyncio.run(solve(channel.file_url, ["ipykernel"], tmp_path))
    assert sorted(str(record.sha256) for record in over_http) == sorted(str(record.sha256) for record in from_disk)
    assert all(record.url.startswith(channel_http) for record in over_http)


def test_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    metadata = Metadata("small", "1.0", "noarch", "0")
    files = [PackagedFile("b", b"b", executable=True), PackagedFile("a", target="b")]
    first = write_package(tmp_path / "first", metadata, files).read_bytes()
    assert write_package(tmp_path / "second", metadata, reversed(files)).read_bytes() == first


# Building


def test_second_build_finds_the_first(channel: LocalChannel) -> None:
    before = [(path, path.stat().st_ino) for path, _ in archives(channel)]
    reporter = Lines()
    assert build_channel(channel.path, DISTRIBUTIONS, samples=True, reporter=reporter) == channel
    assert [(path, path.stat().st_ino) for path, _ in archives(channel)] == before
    assert reporter.lines == []


def test_other_content_replaces_the_channel(tmp_path: Path) -> None:
    folder = tmp_path / "channel"
    first = build_channel(folder, ["packaging"], samples=False)
    assert {record["name"] for _, record in archives(first)} == {"python", "packaging"}
    reporter = Lines()
    second = build_channel(folder, ["packaging"], samples=True, reporter=reporter)
    assert "tinytext" in {record["name"] for _, record in archives(second)}
    assert any("tinytext-2.0" in line for line in reporter.lines)
    assert [entry.name for entry in tmp_path.iterdir() if ".new-" in entry.name] == []


def test_killed_build_leaves_no_half_channel(tmp_path: Path) -> None:
    folder = tmp_path / "channel"
    with builder(folder, tmp_path / "log") as process:
        wait_until(lambda: list(tmp_path.glob(".channel.new-*/channel/*/*.tar.bz2")), "the first archive")
        process.kill()
    assert not folder.exists()
    assert list(tmp_path.glob(".channel.new-*"))
    channel = build_channel(folder, ["packaging"], samples=True)
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == record["sha256"] for path, record in archives(channel))
    assert not list(tmp_path.glob(".channel.new-*"))


def test_two_builds_at_once_do_the_work_once(tmp_path: Path) -> None:
    folder = tmp_path / "channel"
    with builder(folder, tmp_path / "one") as one, builder(folder, tmp_path / "two") as two:
        assert [one.wait(), two.wait()] == [0, 0], one.output + two.output
        assert sorted([one.output, two.output], key=len)[0] == "built\n"
        assert "packaged python-" in one.output + two.output
    assert {"python", "packaging", "tinytext"} <= {
        record["name"] for _, record in archives(LocalChannel(folder, _subdir()))
    }


def builder(folder: Path, log: Path) -> Process:
    return Process([sys.executable, "-c", BUILD, str(folder)], log, env={**os.environ}, cwd=Path(__file__).parents[1])


def _subdir() -> str:
    return str(rattler.Subdir.current())


def test_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(FileExists):
        build_channel(tmp_path, ["packaging"], samples=False)
    assert [entry.name for entry in tmp_path.iterdir()] == ["diary.txt"]


def test_distribution_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no-such-distribution"):
        build_channel(tmp_path / "channel", ["no-such-distribution"], samples=False)
    assert list(tmp_path.iterdir()) == []
