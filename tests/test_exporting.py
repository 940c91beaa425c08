"""Exports of real environments, ours and others', read by the tools that they are for."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import rattler
import uv
import yaml
from packaging.pylock import Pylock
from rattler.package_streaming import PackageArchive

from jupyter_envs import conda_records, envfile, lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import Conflict, NotFound
from jupyter_envs.exports import FORMATS, Export
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.manager.comparing import Side
from jupyter_envs.models import Package

from .localchannel import LocalChannel
from .support.http_server import FileServer
from .support.managing import Recorder, create, make_manager
from .support.pypi_index import PypiIndex
from .support.wheels import make_project

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex) -> Manager:
    return make_manager(home, channel.file_url, package_cache, pypi_index=pypi_index.simple_url)


@pytest.fixture
def prefix(manager: Manager, channel: LocalChannel, pypi_index: PypiIndex) -> Path:
    """The folder of the environment ``mixed``: Python, one more package of conda's, and two wheels."""
    pip = f"  - pip:\n      - --index-url {pypi_index.simple_url}\n      - tinydep\n"
    head = f"name: mixed\nchannels:\n  - {channel.file_url}\ndependencies:\n  - python\n  - tinytext=1.0\n"
    request = CreateRequest(file=f"{head}{pip}variables:\n  N: '1'\n")
    return asyncio.run(manager.create(request, DiskDocuments(Path.cwd()), Recorder())).prefix


def export(manager: Manager, where: str | Path, format: str, *, versions: bool = False) -> Export:
    """By name, or by folder: then the hashes of wheels are on no disk, and the index is asked for them."""
    if isinstance(where, Path):
        return asyncio.run(manager.export_prefix(where, format, versions=versions, ask_index=True))
    return asyncio.run(manager.export(where, format, versions=versions))


def packages(manager: Manager, name: str = "mixed") -> list[Package]:
    return list(asyncio.run(manager.environment(name)).packages)


def run(*command: str, cwd: Path | None = None) -> str:
    """Standard output and error of a command that has to work."""
    env = {**os.environ, "UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def run_uv(prefix: Path, *arguments: str, cwd: Path | None = None) -> str:
    python = str(prefix / "bin/python")
    return run(uv.find_uv_bin(), "pip", *arguments, "--python", python, "--break-system-packages", cwd=cwd)


def git(*arguments: str, cwd: Path) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    return run("git", *who, *arguments, cwd=cwd).strip()


def checkout(folder: Path, name: str) -> tuple[Path, str]:
    """A project under git, and its commit."""
    project = make_project(folder, name)
    git("init", "--quiet", cwd=project)
    git("add", ".", cwd=project)
    git("commit", "--quiet", "-m", "All", cwd=project)
    return project, git("rev-parse", "HEAD", cwd=project)


@contextmanager
def served(project: Path, folder: Path) -> Iterator[str]:
    """The address of a repository on a server that only has files."""
    git("clone", "--quiet", "--bare", str(project), str(folder / "served" / f"{project.name}.git"), cwd=project)
    git("update-server-info", cwd=folder / "served" / f"{project.name}.git")
    with FileServer(folder / "served") as server:
        yield f"{server.url}/{project.name}.git"


# ---- what is in it


def test_what_pip_installed_by_hand_keeps_its_origin(
    manager: Manager, prefix: Path, pypi_index: PypiIndex, home: Path
) -> None:
    mine, commit = checkout(home / "mine", "tinymine")
    git("remote", "add", "origin", "git@git.example.org:ada/tinymine.git", cwd=mine)
    secret = make_project(home / "secret", "tinysecret")
    theirs, their_commit = checkout(home / "theirs", "tinytheirs")
    wheel = next(file for file in pypi_index.files if file.file_name == "tinyagrees-1.0-py3-none-any.whl")
    install = ("install", "--no-deps", "--index-url", pypi_index.simple_url)
    with served(theirs, home) as address:
        run_uv(prefix, *install, "-e", str(mine), str(secret), f"git+{address}@main", "tinyclash==1.0")
        run_uv(prefix, *install, f"tinyagrees @ {pypi_index.url}/files/{wheel.file_name}")
    lines = [
        f"-e git+ssh://git@git.example.org/ada/tinymine.git@{commit}#egg=tinymine",
        f"tinyagrees @ {pypi_index.url}/files/{wheel.file_name}",
        "tinyclash==1.0",
        f"tinytheirs @ git+{address}@{their_commit}",
    ]
    locked = ["tinydep==1.0", "tinywheel==1.1"]
    found = {format: export(manager, "mixed", format) for format in ("full", "portable")}
    index = f"--index-url {pypi_index.simple_url}"
    assert [*envfile.parse(found["full"].text).pip] == [index, *lines[1:3], locked[0], lines[0], lines[3], locked[1]]
    assert [*envfile.parse(found["portable"].text).pip] == [index, "tinydep", *lines[1:3], lines[0], lines[3]]
    for one in found.values():
        assert "tinysecret 1.0 was installed from files of this machine: it is left out." in one.notes
        assert str(home) not in one.text
    for format in ("conda-lock", "requirements", "pylock"):
        with pytest.raises(Conflict) as caught:
            export(manager, "mixed", format)
        assert "tinyclash" in caught.value.fields["packages"]
    asked = asyncio.run(manager.export("mixed", "requirements", ask_index=True))
    assert "tinyclash==1.0 \\\n    --hash=sha256:" in asked.text
    assert "The package index was asked for the hash of tinyagrees, tinyclash" in asked.notes[-1]
    assert "tinysecret 1.0 was installed from files of this machine." in asked.text


def test_a_wheel_that_was_changed_by_hand_is_seen_in_the_lock(manager: Manager, prefix: Path) -> None:
    run_uv(prefix, "uninstall", "tinydep")
    one = export(manager, "mixed", "conda-lock")
    names = {package.name for package in lockfile.parse(one.text).packages}
    assert "tinywheel" in names and "tinydep" not in names
    assert one.notes[-1] == "Something else is installed than was locked: this lock says what is installed."


def test_a_foreign_environment_is_exported_from_its_folder(manager: Manager, prefix: Path, home: Path) -> None:
    foreign = home / "conda" / "envs" / "theirs"
    shutil.copytree(prefix, foreign, symlinks=True)
    history = foreign / "conda-meta" / "history"
    asked = ["python=3", "tinytext", "gone"]
    history.write_text(f"==> 2024-05-01 10:00:00 <==\n# cmd: conda create\n# update specs: {json.dumps(asked)}\n")
    (foreign / "conda-meta" / "state").write_text(json.dumps({"version": 1, "env_vars": {"A": "1"}}))
    exported = {format: export(manager, foreign, format) for format in FORMATS}
    full = envfile.parse(exported["full"].text)
    wanted = {f"{one.name}={one.version}={one.build}" for one in packages(manager) if one.manager == "conda"}
    assert set(full.conda) - {"pip"} == wanted - {"pip"}
    assert full.name == "theirs" and full.variables == {"A": "1"}
    assert set(full.pip) == {"tinydep==1.0", "tinywheel==1.1"}
    history_file = envfile.parse(exported["from-history"].text)
    assert history_file.conda[:2] == ("python=3", "tinytext")
    assert envfile.parse(export(manager, foreign, "from-history", versions=True).text).conda[1] == "tinytext=1.0"
    assert lockfile.parse(exported["conda-lock"].text).digest() == lockfile.parse(
        export(manager, "mixed", "conda-lock").text
    ).digest(manager.platform)
    with pytest.raises(NotFound, match="conda-meta"):
        export(manager, home, "full")


def test_a_difference_between_generations_prefixes_and_files(manager: Manager, prefix: Path) -> None:
    asyncio.run(create(manager, "newer", "python", "tinytext=2.0"))
    lock = export(manager, "newer", "conda-lock").text

    def changes(before: Side, after: Side) -> dict[str, str]:
        found = asyncio.run(manager.diff(before, after))
        return {change.name: change.kind for change in found.changes}

    generation = prefix.name
    for one in (Side("mixed"), Side(f"mixed@{generation}"), Side(str(prefix))):
        for other in (Side("newer"), Side("newer.conda-lock.yml", lock)):
            found = changes(one, other)
            assert found["tinytext"] == "up" and found["tinydep"] == "removed"
    assert changes(Side("newer"), Side("newer.conda-lock.yml", lock)) == {}
    asked = export(manager, "mixed", "portable").text
    assert changes(Side("environment.yml", asked), Side("mixed")) == {}
    assert changes(Side("environment.yml", asked), Side("newer"))["tinytext"] == "changed"
    for wrong in ("gone", "mixed@ffffffff"):
        with pytest.raises(NotFound):
            changes(Side("mixed"), Side(wrong))


def test_records_that_rattler_wrote_are_read_without_their_lists(prefix: Path) -> None:
    records = conda_records.read_all(prefix)
    assert len(records) > 5
    assert [
        record.fields["name"] for record in records if record.fields["files"] or record.fields["paths_data"]["paths"]
    ] == []


# ---- other tools


def test_conda_lock_renders_the_same_packages(manager: Manager, prefix: Path, tmp_path: Path) -> None:
    for where in ("mixed", prefix):
        (tmp_path / "x.conda-lock.yml").write_text(export(manager, where, "conda-lock").text)
        command = ("render", "--kind", "explicit", "--platform", manager.platform, "x.conda-lock.yml")
        run(sys.executable, "-m", "conda_lock", *command, cwd=tmp_path)
        rendered = (tmp_path / f"conda-{manager.platform}.lock").read_text().splitlines()
        conda = {line.partition("#")[0] for line in rendered if line.startswith(("file:", "http"))}
        pip = {line.partition(" @ ")[0].removeprefix("# pip ") for line in rendered if line.startswith("# pip ")}
        assert conda == {one.url for one in packages(manager) if one.manager == "conda"}
        assert pip == {one.name for one in packages(manager) if one.manager == "pip"}


def test_rattler_reads_the_explicit_list(manager: Manager, prefix: Path) -> None:
    for where in ("mixed", prefix):
        lines = export(manager, where, "explicit").text.splitlines()
        addresses = [line for line in lines if not line.startswith(("#", "@"))]
        conda = {one.name: one for one in packages(manager) if one.manager == "conda"}
        assert {one.name.normalized for one in map(spec_of, addresses) if one.name} == set(conda)
        for address in addresses:
            file, _, digest = address.partition("#sha256:")
            index = asyncio.run(index_of(Path(unquote(urlsplit(file).path))))
            one = conda[index.name.normalized]
            assert (str(index.version), str(index.build), digest) == (one.version, one.build, one.sha256)


async def index_of(archive: Path) -> rattler.IndexJson:
    """What a package says about itself."""
    return await (await PackageArchive.from_path(archive)).index_json()


def spec_of(address: str) -> rattler.MatchSpec:
    """A line of an explicit list as rattler reads it."""
    return rattler.MatchSpec(address, strict=False)


def test_an_environment_built_from_the_explicit_list_is_the_same(manager: Manager, prefix: Path) -> None:
    asyncio.run(create(manager, "again", lock=export(manager, "mixed", "explicit").text))
    conda = {one.identity for one in packages(manager) if one.manager == "conda"}
    assert {one.identity for one in packages(manager, "again")} == conda


def test_uv_accepts_the_requirements(manager: Manager, prefix: Path, tmp_path: Path, pypi_index: PypiIndex) -> None:
    for where in ("mixed", prefix):
        (tmp_path / "requirements.txt").write_text(export(manager, where, "requirements").text)
        # an environment that is not ours does not say where its wheels came from
        index = () if where == "mixed" else ("--index-url", pypi_index.simple_url)
        arguments = ("install", "--dry-run", "--require-hashes", "--reinstall", "--no-build", *index)
        said = run_uv(prefix, *arguments, "-r", "requirements.txt", cwd=tmp_path)
        assert "tinydep==1.0" in said and "tinywheel==1.1" in said


def test_uv_and_packaging_accept_the_pylock(manager: Manager, prefix: Path, tmp_path: Path) -> None:
    for where in ("mixed", prefix):
        text = export(manager, where, "pylock").text
        read = Pylock.from_dict(tomllib.loads(text))
        read.validate()
        assert {(one.name, str(one.version)) for one in read.packages} == {("tinydep", "1.0"), ("tinywheel", "1.1")}
        (tmp_path / "pylock.toml").write_text(text)
        said = run_uv(prefix, "install", "--dry-run", "--reinstall", "-r", "pylock.toml", cwd=tmp_path)
        assert "tinydep==1.0" in said and "tinywheel==1.1" in said


def test_a_pylock_without_packages_and_with_a_repository_is_valid(manager: Manager, prefix: Path, home: Path) -> None:
    theirs, commit = checkout(home / "theirs", "tinytheirs")
    with served(theirs, home) as address:
        run_uv(prefix, "install", f"git+{address}@main", "--no-index")
        lock = Pylock.from_dict(tomllib.loads(export(manager, "mixed", "pylock").text))
        (repository,) = [one.vcs for one in lock.packages if one.name == "tinytheirs"]
        assert repository is not None and (repository.url, repository.commit_id) == (address, commit)
        (home / "requirements.txt").write_text(export(manager, "mixed", "requirements").text)
        said = run_uv(prefix, "install", "--dry-run", "--require-hashes", "-r", "requirements.txt", cwd=home)
        assert "error" not in said
    run_uv(prefix, "uninstall", "tinytheirs", "tinydep", "tinywheel")
    assert Pylock.from_dict(tomllib.loads(export(manager, "mixed", "pylock").text)).packages == []


@pytest.mark.parametrize("format", ["full", "no-builds", "portable"])
def test_repo2docker_takes_the_environment_file(manager: Manager, prefix: Path, tmp_path: Path, format: str) -> None:
    text = export(manager, "mixed", format, versions=format == "portable").text
    (tmp_path / "environment.yml").write_text(text)
    command = ("--no-build", "--debug", "--user-id", "1000", "--user-name", "jovyan", str(tmp_path))
    said = run(sys.executable, "-m", "repo2docker", *command)
    version = next(one.version for one in packages(manager) if one.name == "python")
    assert "src/environment.yml" in said and f"conda environment for python={version.rpartition('.')[0]}" in said
    assert yaml.safe_load(text)["dependencies"]
