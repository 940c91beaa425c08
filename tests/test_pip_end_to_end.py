"""Pip sections beside conda packages: where wheels come from, whose hashes count, and who gives way to whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError, Forbidden, InvalidFile, InvalidSpec, PackageRefused, Unsolvable
from jupyter_envs.manager import CreateRequest, Manager, Summary
from jupyter_envs.models import Package, Plan
from jupyter_envs.verdicts import VerdictState

from .localchannel import LocalChannel
from .support.counts import tell
from .support.extra_channel import extra_channel
from .support.managing import Recorder, make_manager, tree, write_notebook
from .support.pypi_index import PypiIndex, tiny_files
from .support.wheels import make_source, make_wheel

NOWHERE = "http://127.0.0.1:9/simple"


@pytest.fixture
def world(home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex) -> World:
    return World(home, channel, package_cache, pypi_index)


class World:
    """A channel and an index, and managers for them."""

    def __init__(self, home: Path, channel: LocalChannel, cache: Path, index: PypiIndex) -> None:
        self.home = home
        self.channel = channel
        self.cache = cache
        self.index = index

    def manager(self, index: str | None = None, **options: Any) -> Manager:
        address = self.index.simple_url if index is None else index
        cache = options.pop("cache", self.cache)
        return make_manager(self.home, self.channel.file_url, cache, pypi_index=address, **options)

    def plan(self, *pip: str, conda: Sequence[str] = (), index: str | None = None, **options: Any) -> Plan:
        request = CreateRequest(file=file(pip, conda))
        return asyncio.run(self.manager(index, **options).plan(request, DiskDocuments(self.home), Recorder()))

    def create(self, *pip: str, conda: Sequence[str] = (), **options: Any) -> Summary:
        request = CreateRequest(file=file(pip, conda))
        return asyncio.run(self.manager(**options).create(request, DiskDocuments(self.home), Recorder()))

    def nothing_is_left(self) -> bool:
        return [name for name in tree(self.home / "envs") if not name.startswith(".")] == []


def file(pip: Sequence[str], conda: Sequence[str] = (), name: str = "mixed") -> str:
    lines = [f"name: {name}", "dependencies:", *(f"  - {json.dumps(spec)}" for spec in ("python", "ipykernel", *conda))]
    return "\n".join([*lines, "  - pip:", *(f"      - {json.dumps(line)}" for line in pip)]) + "\n"


def wheels(plan: Plan) -> dict[str, str]:
    return {package.name: package.version for package in plan.added if package.manager == "pip"}


# ---- where wheels come from


def test_an_extra_index_adds_to_the_first(world: World) -> None:
    with PypiIndex([make_wheel("tinyextra", "3.0", requires=["tinywheel"])]) as extra:
        plan = world.plan(f"--extra-index-url {extra.simple_url}", "tinyextra")
        assert wheels(plan) == {"tinyextra": "3.0", "tinywheel": "1.1"}
        urls = {package.name: package.url for package in plan.added if package.manager == "pip"}
        assert urls["tinyextra"].startswith(extra.url)
        assert urls["tinywheel"].startswith(world.index.url)
        assert plan.pip == (f"--extra-index-url {extra.simple_url}", "tinyextra")


def test_the_first_index_that_has_a_package_decides(world: World) -> None:
    with PypiIndex([make_wheel("tinywheel", "0.1")]) as private:
        assert wheels(world.plan(f"--extra-index-url {private.simple_url}", "tinywheel")) == {"tinywheel": "0.1"}


def test_links_without_an_index(world: World) -> None:
    links = f"{world.index.simple_url}/tinywheel/"
    assert wheels(world.plan(f"--no-index --find-links {links}", "tinywheel", index=NOWHERE)) == {"tinywheel": "1.1"}
    with pytest.raises(Unsolvable, match="tinydep"):
        world.plan("--no-index", f"--find-links {links}", "tinydep", index=NOWHERE)


def test_early_versions_only_when_asked_for(world: World) -> None:
    with PypiIndex([make_wheel("tinywheel", "1.0"), make_wheel("tinywheel", "2.0a1")]) as early:
        assert wheels(world.plan(f"-i {early.simple_url}", "tinywheel")) == {"tinywheel": "1.0"}
        assert wheels(world.plan(f"-i {early.simple_url}", "--pre", "tinywheel")) == {"tinywheel": "2.0a1"}


def test_options_that_change_nothing_here_are_welcome(world: World) -> None:
    lines = ("--trusted-host 127.0.0.1", "--only-binary :all:", "--prefer-binary", "--require-hashes", "tinywheel")
    assert wheels(world.plan(*lines)) == {"tinywheel": "1.1"}
    summary = world.create(*lines)
    assert list(summary.prefix.glob("lib/python3*/site-packages/tinywheel-1.1.dist-info"))


def test_without_dependencies(world: World) -> None:
    assert wheels(world.plan("--no-deps", "tinydep")) == {"tinydep": "1.0"}


def test_extras_and_markers(world: World) -> None:
    plan = world.plan("tinydep[extra] >=1 ; python_version > '3'", "tinylost ; sys_platform == 'nowhere'")
    assert wheels(plan) == {"tinydep": "1.0", "tinywheel": "1.1"}
    assert [note for note in plan.notes if "tinylost of the pip section is left out" in note]


def test_nothing_of_the_servers_environment_is_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "canary4711")
    with PypiIndex() as index:
        for form in ("$JUPYTERHUB_API_TOKEN", "${JUPYTERHUB_API_TOKEN}", "%JUPYTERHUB_API_TOKEN%"):
            for line in (
                f"--index-url {index.url}/{form}/simple",
                f"--extra-index-url {index.url}/{form}/simple",
                f"--find-links {index.url}/{form}/",
                f"tinywheel @ {index.url}/{form}/tinywheel-1.0-py3-none-any.whl",
            ):
                with pytest.raises(EnvsError):
                    world.plan(line, "no-such-package")
        assert index.requests
        assert not [request for request in index.requests if "canary4711" in str(request)]


def test_a_lock_with_a_variable_in_an_address_sends_nothing_either(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "canary4711")  # one that the engine may see
    with PypiIndex() as index:
        lock = locked(world, "tinywheel==1.0").replace("/files/", "/${LOGNAME}/").replace(world.index.url, index.url)
        request = CreateRequest(name="other", lock=lock)
        with pytest.raises(EnvsError):
            asyncio.run(world.manager().create(request, DiskDocuments(world.home), Recorder()))
        assert index.paths()
        assert not [path for path in index.paths() if "canary4711" in path]


# ---- hashes


def locked(world: World, *pip: str) -> str:
    """A lock of an environment with this pip section."""
    world.create(*pip)
    return asyncio.run(world.manager().export("mixed", "conda-lock")).text


def test_a_hash_in_the_file_is_enforced_when_it_is_locked(world: World) -> None:
    right = next(one.sha256 for one in tiny_files() if one.file_name.startswith("tinywheel-1.0"))
    assert wheels(world.plan(f"tinywheel==1.0 --hash=sha256:{right}")) == {"tinywheel": "1.0"}
    with pytest.raises(PackageRefused, match=r"No file of tinywheel 1\.0 has the hash"):
        world.plan(f"tinywheel==1.0 --hash=sha256:{'0' * 64}")


@pytest.mark.parametrize("form", ["{url}", "tinywheel @ {url}", "tinywheel @ {url}#sha256={sha256}"])
def test_a_wheel_with_an_address_is_locked_with_its_hash(world: World, form: str) -> None:
    wheel = next(one for one in world.index.files if one.file_name.startswith("tinywheel-1.0"))
    line = form.format(url=f"{world.index.url}/files/{wheel.file_name}", sha256=wheel.sha256)
    world.create(line)
    (package,) = [one for one in asyncio.run(world.manager().environment("mixed")).packages if one.name == "tinywheel"]
    assert (package.version, package.sha256, package.url.rpartition("/")[2]) == ("1.0", wheel.sha256, wheel.file_name)


def test_a_wheel_with_an_address_and_another_hash_is_refused(world: World) -> None:
    address = f"{world.index.url}/files/tinywheel-1.0-py3-none-any.whl"
    with pytest.raises(PackageRefused):
        world.create(f"tinywheel @ {address}#sha256={'0' * 64}")
    assert world.nothing_is_left()


def test_an_index_that_serves_another_file_after_the_plan_is_refused(world: World, tmp_path: Path) -> None:
    tampered = make_wheel("tinywheel", "1.0", modules={"tinywheel.py": "evil = True\n"})
    with PypiIndex() as index:
        manager = world.manager(index.simple_url, cache=tmp_path / "cache")
        request = CreateRequest(file=file(["tinywheel==1.0"]))

        async def run() -> None:
            plan = await manager.plan(request, DiskDocuments(world.home), Recorder())
            index.files = [tampered]
            with pytest.raises(PackageRefused):
                await manager.create(request, DiskDocuments(world.home), Recorder(), confirmed=plan.hash)

        asyncio.run(run())
    assert world.nothing_is_left()


# ---- conda's packages


def test_a_line_against_a_conda_package_names_both_sides(world: World) -> None:
    with pytest.raises(Unsolvable) as caught:
        world.plan("tinytext>=2", conda=["tinytext=1.0"])
    assert "“tinytext>=2”" in caught.value.message
    assert "conda's tinytext 1.0" in caught.value.message
    assert caught.value.fields["conflicts"] == [{"pip": "tinytext>=2", "conda": "tinytext 1.0"}]


def test_a_dependency_against_a_conda_package_names_both_sides(world: World) -> None:
    with pytest.raises(Unsolvable) as caught:
        world.plan("tinyclash", conda=["tinytext=2.0"])
    assert "tinyclash" in caught.value.message
    assert "conda's tinytext 2.0" in caught.value.message
    assert {"conda": "tinytext 2.0"} in caught.value.fields["conflicts"]


def test_what_conda_provides_is_said_and_not_installed_again(world: World) -> None:
    plan = world.plan("tinytext>=1", "tinywheel", conda=["tinytext=2.0"])
    assert wheels(plan) == {"tinywheel": "1.1"}
    assert "tinytext of the pip section is conda's tinytext 2.0 already." in plan.notes


@pytest.fixture
def renamed(tmp_path: Path) -> str:
    """A conda package whose name is not that of the distribution in it."""
    folder = "site-packages/tinywheel-1.0.dist-info"
    about = "Metadata-Version: 2.1\nName: tinywheel\nVersion: 1.0\n"
    files = {"site-packages/tinywheel.py": 'version = "1.0"\n', f"{folder}/METADATA": about}
    return extra_channel(tmp_path / "extra", "tiny-by-conda", "1.0", {**files, f"{folder}/INSTALLER": "conda\n"})


def renamed_file(channels: Sequence[str], pip: Sequence[str]) -> str:
    body = file(pip, ["tiny-by-conda"])
    return body + "channels:\n" + "".join(f"  - {channel}\n" for channel in channels)


def test_a_distribution_under_another_name_is_not_overwritten(world: World, renamed: str, tmp_path: Path) -> None:
    """Before the conda package is in the cache nobody knows; then it shows while building, and next time before."""
    manager = world.manager(cache=tmp_path / "cache")
    documents = DiskDocuments(world.home)

    def request(*pip: str) -> CreateRequest:
        return CreateRequest(file=renamed_file([renamed, world.channel.file_url], pip))

    async def run() -> None:
        with pytest.raises(PackageRefused, match=r"tinywheel 1\.1 from PyPI would replace the tinywheel 1\.0"):
            await manager.create(request("tinywheel"), documents, Recorder())
        assert world.nothing_is_left()
        plan = await manager.plan(request("tinywheel"), documents, Recorder())
        assert wheels(plan) == {}
        with pytest.raises(Unsolvable) as caught:
            await manager.plan(request("tinywheel>=1.1"), documents, Recorder())
        assert "conda's tiny-by-conda 1.0, which is “tinywheel” for pip" in caught.value.message

    asyncio.run(run())


def test_a_wheel_that_writes_over_a_conda_file_is_refused(world: World, tmp_path: Path) -> None:
    over = {"tinyblob.py": "", "tinyblob-3.0.data/data/share/tinyblob.bin": "from the wheel"}
    with PypiIndex([make_wheel("tinyblob", "3.0", modules=over)]) as index:
        lines = [f"-i {index.simple_url}", "tinyblob"]
        plan = world.plan(*lines, conda=["tinyblob"])
        assert any("tinyblob comes twice: 3.0 from PyPI and tinyblob 1.0 from conda" in note for note in plan.notes)
        with pytest.raises(PackageRefused) as caught:
            world.create(*lines, conda=["tinyblob"])
    assert "overwrites share/tinyblob.bin, which belongs to conda's tinyblob" in caught.value.message
    assert world.nothing_is_left()
    (cached,) = (world.cache / "packages").glob("tinyblob-1.0-*/share/tinyblob.bin")
    assert b"from the wheel" not in cached.read_bytes()


def test_a_wheel_beside_a_conda_package_of_its_name_may_stay(world: World) -> None:
    with PypiIndex([make_wheel("tinyblob", "3.0")]) as index:
        summary = world.create(f"-i {index.simple_url}", "tinyblob", conda=["tinyblob"])
    assert list(summary.prefix.glob("lib/python3*/site-packages/tinyblob-3.0.dist-info"))
    assert (summary.prefix / "share" / "tinyblob.bin").read_bytes().startswith(b"\x7fTINY")


# ---- what would run code


@pytest.fixture
def trap(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is a Python project; building it leaves a trace. It is the working directory, too."""
    folder = world.home / "trap"
    folder.mkdir()
    (folder / "setup.py").write_text("import pathlib\npathlib.Path.home().joinpath('trap-was-built').touch()\n")
    (folder / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "setup"\n')
    monkeypatch.chdir(folder)
    return folder


SOURCES = {
    "a release without a wheel": "tinysource",
    "a source archive": "tinysource @ {index}/files/tinysource-1.0.tar.gz",
    "a source archive with a hash": "tinysource @ {index}/files/tinysource-1.0.tar.gz#sha256={sha256}",
    "the folder itself": ".",
    "a folder": "{trap}",
    "a folder as address": "trap @ file://{trap}",
    "an editable folder": "-e .",
    "a repository": "trap @ git+file://{trap}",
    "a repository by https": "git+https://127.0.0.1:9/x.git",
    "a repository by ssh": "git+ssh://git@127.0.0.1/x.git",
    "a nested file": "-r nested.txt",
    "a file above": "-r ../../requirements.txt",
    "a constraint with an address": "# constraint: tinysource @ {index}/files/tinysource-1.0.tar.gz",
    "a build option": "tinysource --config-settings=a=b",
    "no binary": "--no-binary :all:",
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_preview_builds_nothing(world: World, trap: Path, name: str) -> None:
    source = next(one for one in world.index.files if one.name == "tinysource")
    line = SOURCES[name].format(index=world.index.url, trap=trap, sha256=source.sha256)
    lines = [line, "tinysource"] if name in ("a constraint with an address", "no binary") else [line]
    with pytest.raises(EnvsError) as caught:
        world.plan(*lines)
    assert isinstance(caught.value, InvalidSpec | InvalidFile | Unsolvable)
    assert not list(world.home.glob("*-was-built"))


def test_the_count() -> None:
    tell("T16, previews of what would be built", "sources, none of them built", len(SOURCES), 12)


@pytest.mark.parametrize(
    "lines",
    [
        ["tinysource", "tinywheel"],
        ["--no-binary tinysource", "tinysource==1.0"],
        ["tinysource @ {index}/files/tinysource-1.0.tar.gz#sha256={sha256}"],
        ["--no-index --find-links {index}/simple/tinysource/", "tinysource"],
    ],
)
def test_where_builds_are_allowed_they_are_named_first_and_done_last(world: World, lines: list[str]) -> None:
    source = next(one for one in world.index.files if one.name == "tinysource")
    lines = [line.format(index=world.index.url, sha256=source.sha256) for line in lines]
    trace = world.home / "tinysource-was-built"
    plan = world.plan(*lines, allow_source_builds=True)
    assert [line for line in plan.runs_code if line.startswith("tinysource 1.0: is built from source")]
    assert not trace.exists()
    summary = world.create(*lines, allow_source_builds=True)
    assert trace.exists()
    assert list(summary.prefix.glob("lib/python3*/site-packages/tinysource-1.0.dist-info"))
    trace.unlink()
    text = asyncio.run(world.manager().export("mixed", "conda-lock")).text
    found: list[Package] = [one for one in lockfile.parse(text).packages if one.name == "tinysource"]
    assert [package.sha256 for package in found] == [source.sha256]
    with pytest.raises(Forbidden, match=r"tinysource 1\.0 would have to be built"):
        request = CreateRequest(name="other", lock=text)
        asyncio.run(world.manager().plan(request, DiskDocuments(world.home), Recorder()))
    assert not trace.exists()


def test_all_binaries_off_builds_what_the_file_names(world: World) -> None:
    with PypiIndex([make_source("tinysource", "1.0"), make_wheel("tinysource", "1.0")]) as index:
        plan = world.plan(f"-i {index.simple_url}", "--no-binary :all:", "tinysource", allow_source_builds=True)
    assert [package.url.rpartition("/")[2] for package in plan.added if package.manager == "pip"] == [
        "tinysource-1.0.tar.gz"
    ]
    assert not (world.home / "tinysource-was-built").exists()


# ---- files that the section names


def test_a_notebooks_file_may_name_requirements_beside_it(world: World) -> None:
    """They count: an edit of the included file is an edit of the environment file."""
    documents, notebook = write_notebook(world.home / "work")
    folder = notebook.parent
    (folder / "reqs").mkdir()
    (folder / "reqs" / "base.txt").write_text("-c limits.txt\ntinywheel  # a comment\n")
    (folder / "reqs" / "limits.txt").write_text("tinywheel<1.1\n")
    text = file(["-r reqs/base.txt"])
    (folder / "environment.yml").write_text(text)
    manager = world.manager()

    async def run() -> None:
        request = CreateRequest(file=text, filename="environment.yml")
        plan = await manager.plan(request, documents, Recorder())
        assert wheels(plan) == {"tinywheel": "1.0"}
        assert plan.pip == ("# constraint: tinywheel<1.1", "tinywheel")
        await manager.create(request, documents, Recorder(), confirmed=plan.hash)
        status = await manager.pin(notebook.name, "mixed", documents)
        assert status.pin is not None
        assert (status.verdict.state, status.pin.file) == (VerdictState.MATCH, "environment.yml")
        assert (folder / "environment.yml").read_text() == text
        (folder / "reqs" / "limits.txt").write_text("tinywheel<2\n")
        assert (await manager.read_pin(notebook.name, documents)).verdict.state is VerdictState.OUTDATED
        with pytest.raises(InvalidSpec, match="folder is known"):
            await manager.plan(CreateRequest(name="other", file=text), documents, Recorder())

    asyncio.run(run())
