"""``jupyter envs pack``: what is unpacked in another folder runs, and is what was packed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from urllib.request import urlopen

import pytest
from jupyter_client.manager import KernelManager

from jupyter_envs import lockfile, prefix
from jupyter_envs.models import packages_digest

from .localchannel import LocalChannel
from .support.http_server import FileServer
from .support.processes import children, is_alive, wait_until
from .support.pypi_index import PypiIndex
from .test_cli import Cli

SECRET = "Canary5512"


@pytest.fixture
def cli(home: Path, channel: LocalChannel, package_cache: Path) -> Cli:
    return Cli(home, channel.file_url, package_cache)


def unpack(archive: Path, folder: Path) -> Path:
    """As on another machine: a folder of its own, without the path that the environment had."""
    folder.mkdir()
    subprocess.run(["tar", "xzf", str(archive), "-C", str(folder)], check=True)
    subprocess.run([folder / "bin" / "python", folder / "bin" / "conda-unpack"], check=True, capture_output=True)
    return folder


def prefix_of(cli: Cli, name: str) -> Path:
    return Path(cli.good("path", name, "--json").json["prefix"])


def replace(file: Path, text: str) -> None:
    """Another file in its place: the one that is there may be a link into the cache, which tests share."""
    file.unlink()
    file.write_text(text)


def ask(folder: Path, code: str) -> str:
    done = subprocess.run([folder / "bin" / "python", "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_an_archive_runs_elsewhere_and_has_the_same_packages(cli: Cli, tmp_path: Path) -> None:
    cli.good("create", "one", "python", "ipykernel", "tinytext=2.0", "tinyconf", "tinyblob", "--yes")
    packed = cli.good("pack", "one", "--json").json
    assert packed["file"] == str(cli.work / "one.tar.gz") and packed["notes"] == []
    assert sorted(entry.name for entry in cli.work.iterdir()) == ["one.tar.gz"]
    place = prefix_of(cli, "one")
    here = packages_digest(prefix.installed(place, packed["platform"]))
    shutil.rmtree(cli.home / "envs", ignore_errors=True)
    shutil.move(place, tmp_path / "was-here")

    folder = unpack(cli.work / "one.tar.gz", tmp_path / "a folder whose path is longer than the one that it came from")
    assert ask(folder, "import sys, tinytext; print(sys.prefix)") == str(folder)
    for file in ("etc/tinyconf.ini", "share/tinyblob.bin"):
        content = (folder / file).read_bytes()
        assert os.fsencode(folder) in content and os.fsencode(place) not in content, file
    digest = packages_digest(prefix.installed(folder, packed["platform"]))
    assert digest == packed["digest"] == here

    kernel = KernelManager()
    kernel.kernel_spec_manager.kernel_dirs = [str(folder / "share" / "jupyter" / "kernels")]
    kernel.kernel_name = "python3"
    assert kernel.kernel_spec is not None
    kernel.kernel_spec.argv[0] = str(folder / "bin" / "python")
    kernel.start_kernel()
    try:
        client = kernel.client()
        client.start_channels()
        client.wait_for_ready(timeout=120)
        answers: list[str] = []
        client.execute_interactive(
            "import sys; print(sys.prefix)",
            timeout=120,
            output_hook=lambda message: answers.append(message["content"].get("text", "")),
        )
        client.stop_channels()
        assert "".join(answers).strip() == str(folder)
    finally:
        kernel.shutdown_kernel(now=True)


def test_what_is_there_is_packed_without_secrets(cli: Cli, tmp_path: Path, pypi_index: PypiIndex) -> None:
    file = "name: two\ndependencies: [python, tinytext=2.0]\nvariables: {COLOUR: red}\n"
    (cli.work / "environment.yml").write_text(file)
    cli.good("create", "--file", "environment.yml", "--yes")
    place = prefix_of(cli, "two")
    command = ["--python", str(place / "bin" / "python"), "--index", pypi_index.simple_url, "tinydep"]
    subprocess.run([sys.executable, "-m", "uv", "pip", "install", "-q", *command], check=True)
    source = next(place.glob("lib/python3*/site-packages/tinytext.py"))
    replace(source, source.read_text() + "\nMINE = 'packed'\n")
    (place / "pip.conf").write_text(f"[global]\nindex-url = https://me:{SECRET}@example.org/simple\n")
    (place / "conda-meta" / "state").write_text(f'{{"env_vars": {{"MY_TOKEN": "{SECRET}"}}}}')
    record = next(place.glob("conda-meta/tinytext-*.json"))
    record.write_text(record.read_text().replace("file://", f"https://me:{SECRET}@example.org"))
    script = place / "etc" / "conda" / "activate.d" / "mine.sh"
    script.parent.mkdir(parents=True)
    script.write_text("export MY_TOKEN=only-told\n")
    os.mkfifo(place / "etc" / "pipe")
    (place / "envs").mkdir()
    shutil.copy(source, place / "twin-a.txt")
    (place / "twin-b.txt").hardlink_to(place / "twin-a.txt")
    done = cli.good("pack", "two", "-o", "here.tar.gz")
    for note in (
        "2 packages are not as the lock says; what is installed was packed.",
        "The variables COLOUR belong to the kernel here: they are not in the archive.",
        "pip.conf may hold a password: it is left out.",
        "conda-meta/state, the variables that conda sets in this environment, is left out.",
        f"conda-meta/{record.name} held a secret in an address: it is taken out.",
        "etc/conda/activate.d/mine.sh may hold a secret: it is packed as it is.",
        "etc/pipe is no ordinary file: it is left out.",
        "envs is left out: conda-pack does not take it for a part of the environment.",
    ):
        assert f"note: {note}\n" in done.err
    folder = unpack(cli.work / "here.tar.gz", tmp_path / "there")
    assert ask(folder, "import tinytext, tinydep; print(tinytext.MINE)") == "packed"
    assert (folder / "twin-a.txt").read_text() == (folder / "twin-b.txt").read_text() == source.read_text()
    found = subprocess.run(["grep", "-rl", SECRET, str(folder)], check=False, capture_output=True, text=True)
    assert found.stdout == ""


def test_what_cannot_be_moved_is_refused_and_nothing_is_written(cli: Cli, tmp_path: Path) -> None:
    cli.good("create", "three", "tinyblob", "--yes")
    place = prefix_of(cli, "three")
    (cli.work / "taken.tar.gz").write_text("mine")
    assert cli("pack", "three", "--output", "taken.tar.gz").status == 4
    assert (cli.work / "taken.tar.gz").read_text() == "mine"
    cli.good("pack", "three", "--output", "taken.tar.gz", "--force")
    assert tarfile.is_tarfile(cli.work / "taken.tar.gz")
    assert cli("pack", "three", "--output", "three.docx").status == 2
    assert cli("pack", "three", "--output", "nowhere/three.tar.gz").status == 9
    assert cli("pack", "nobody").status == 3

    (place / "home").symlink_to("/etc")
    refused = cli("pack", "three")
    assert refused.status == 4 and "home is a link to /etc" in refused.err
    (place / "home").unlink()
    replace(place / "share" / "tinyblob.bin", "mine")
    refused = cli("pack", "three")
    assert refused.status == 11 and "share/tinyblob.bin of tinyblob was changed by hand" in refused.err
    (place / "share" / "tinyblob.bin").unlink()
    refused = cli("pack", "three")
    assert refused.status == 4 and "tinyblob" in refused.err
    assert [entry.name for entry in cli.work.iterdir()] == ["taken.tar.gz"]


def test_an_environment_of_pypi_alone_is_refused_with_what_to_do(cli: Cli, kernel_index: PypiIndex) -> None:
    settings = f"--Manager.pypi_index={kernel_index.simple_url}"
    cli.good("create", "wheels", "tinydep", "--pypi", "--yes", settings)
    refused = cli("pack", "wheels", settings)
    assert refused.status == 4 and "stands on a Python of this machine" in refused.err
    assert "export wheels --format pylock" in refused.err
    assert list(cli.work.iterdir()) == []


def test_without_conda_pack_it_says_how_to_get_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.good("create", "four", "tinyblob", "--yes")
    blocked = cli.home / "blocked"
    blocked.mkdir()
    (blocked / "conda_pack.py").write_text("raise ImportError('not here')\n")
    monkeypatch.setenv("PYTHONPATH", str(blocked))
    refused = cli("pack", "four")
    assert refused.status == 3 and "pip install conda-pack" in refused.err
    assert list(cli.work.iterdir()) == []


def at_work(pid: int, folder: Path) -> list[int]:
    """The worker, once it has written something."""
    return children(pid) if any(file.stat().st_size for file in folder.glob(".five.tar.gz.*/tmp*")) else []


def test_killed_at_any_moment_there_is_no_half_archive(cli: Cli) -> None:
    cli.good("create", "five", "python", "tinyblob", "--yes")
    process = subprocess.Popen(cli.argv("pack", "five"), cwd=cli.work, start_new_session=True)
    (worker,) = wait_until(lambda: at_work(process.pid, cli.work), "the archive's first bytes")
    process.kill()
    process.wait()
    wait_until(lambda: not is_alive(worker), "the worker's end")
    assert not (cli.work / "five.tar.gz").exists()
    cli.good("pack", "five")
    assert [entry.name for entry in cli.work.iterdir()] == ["five.tar.gz"]


def test_an_offline_machine_makes_it_again_from_archives_and_lock(
    cli: Cli, channel: LocalChannel, tmp_path: Path
) -> None:
    """The other way, in the how-to: the lock, and a folder with the archives that it names."""
    with FileServer(channel.path) as server:
        cli.good("create", "six", "python", "tinytext=2.0", "--channel", server.url, "--yes")
        cli.good("export", "six", "--format", "conda-lock", "--output", "six.conda-lock.yml")
        addresses = [
            line for line in cli.good("export", "six", "--format", "explicit").out.splitlines() if "://" in line
        ]
        archives = tmp_path / "archives"
        archives.mkdir()
        for address in addresses:
            with urlopen(address.partition("#")[0], timeout=30) as answer:
                (archives / address.partition("#")[0].rpartition("/")[2]).write_bytes(answer.read())
    there = [f"--Manager.{key}={value}" for key, value in {
        "root_dir": tmp_path / "envs", "cache_dir": tmp_path / "cache", "pkgs_dirs": archives,
    }.items()]  # fmt: skip
    made = cli.good("create", "seven", "--file", "six.conda-lock.yml", "--yes", "--json", *there).json
    before = cli.good("export", "six", "--format", "conda-lock").out
    after = cli.good("export", "seven", "--format", "conda-lock", *there).out
    assert len(lockfile.parse(after).packages) == made["packages"] == len(addresses)
    assert packages_digest(lockfile.parse(before).packages) == packages_digest(lockfile.parse(after).packages)
