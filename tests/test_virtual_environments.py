"""Virtual environments: pinned, held against their lock, built elsewhere, cloned; and left alone."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs import envfile, lockfile
from jupyter_envs.errors import Conflict
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.manager.virtual_environments import standing_for
from jupyter_envs.models import Package
from jupyter_envs.verdicts import VerdictState

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager, write_notebook
from .support.others import HERE, MAKERS, ask, fingerprint, give_kernel, run
from .support.pypi_index import PypiIndex

VERSION = "{}.{}.{}".format(*sys.version_info[:3])
SHOUT = "import sys, tinywheel; print(sys.prefix, tinywheel.__name__)"


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex) -> Manager:
    found = make_manager(home, channel.file_url, package_cache, pypi_index=pypi_index.simple_url)
    found.others.projects = (home / "work",)
    return found


def put_in(prefix: Path, index: PypiIndex, *packages: str) -> None:
    """Install with uv, from the test's index, as people do."""
    where = ["--python", str(prefix / "bin/python"), "--index-url", index.simple_url, "--no-config"]
    run(sys.executable, "-m", "uv", "pip", "install", *where, *packages)


def take_out(prefix: Path, package: str) -> None:
    run(sys.executable, "-m", "uv", "pip", "uninstall", "--python", prefix / "bin/python", package)


@pytest.mark.parametrize("kind", MAKERS)
def test_it_is_found_used_as_a_kernel_and_pinned(
    manager: Manager, home: Path, pypi_index: PypiIndex, kind: str
) -> None:
    prefix = MAKERS[kind](home)
    put_in(prefix, pypi_index, "tinydep")
    give_kernel(prefix)
    documents, path = write_notebook(home / "notebooks")

    async def work() -> None:
        (found,) = await manager.foreign()
        name = found.name
        await manager.adopt(name, Recorder())
        before = fingerprint(prefix)
        status = await manager.pin("analysis.ipynb", name, documents)
        assert status.verdict.state is VerdictState.MATCH
        assert status.environment is not None and status.environment.prefix == prefix
        metadata = json.loads(path.read_text())["metadata"]
        assert (metadata["kernelspec"]["name"], metadata["jupyter_envs"]["environment"]) == (name.lower(), name)
        assert (await ask(name.lower(), SHOUT, home)).split() == [str(prefix), "tinywheel"]
        spec = envfile.parse((path.parent / "environment.yml").read_bytes())
        assert (spec.conda, spec.pip) == ((f"python=={VERSION}",), ("tinydep==1.0", "tinywheel==1.1"))
        lock = lockfile.parse((path.parent / "environment.conda-lock.yml").read_text())
        wheels = [package for package in lock.packages if package.manager == "pip"]
        assert [package.name for package in wheels] == ["tinydep", "tinywheel"]
        assert all(package.sha256 and package.url.startswith(pypi_index.url) for package in wheels)
        assert fingerprint(prefix) == before

        # what changes in it is seen, and seen again when it is undone
        take_out(prefix, "tinydep")
        drifted = (await manager.read_pin("analysis.ipynb", documents)).verdict
        assert drifted.state is VerdictState.DRIFTED
        assert [(one.name, one.before, one.after) for one in drifted.differences] == [("tinydep", "1.0", None)]
        with pytest.raises(Conflict, match="is not changed here") as caught:
            await manager.create(CreateRequest(pin="analysis.ipynb"), documents, Recorder())
        assert "--undo" in caught.value.hints[1]
        put_in(prefix, pypi_index, "tinydep", "tinywheel==1.0")
        drifted = (await manager.read_pin("analysis.ipynb", documents)).verdict
        assert [(one.name, one.before, one.after) for one in drifted.differences] == [("tinywheel", "1.1", "1.0")]
        put_in(prefix, pypi_index, "tinywheel==1.1")
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MATCH

        # where it is not, it is built from the lock
        await manager.release(name)
        shutil.rmtree(prefix)
        await manager.others.search(fresh=True)
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MISSING
        built = await manager.create(CreateRequest(pin="analysis.ipynb"), documents, Recorder())
        assert built.prefix.is_relative_to(home / "envs")
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MATCH

    asyncio.run(work())


def test_what_nobody_has_cannot_be_pinned_and_is_named(
    manager: Manager, home: Path, tmp_path: Path, pypi_index: PypiIndex
) -> None:
    prefix = MAKERS["uv"](home)
    put_in(prefix, pypi_index, "tinywheel")
    own = prefix / "lib" / HERE / "site-packages" / "homemade-3.0.dist-info"
    own.mkdir()
    (own / "METADATA").write_text("Metadata-Version: 2.1\nName: homemade\nVersion: 3.0\n")
    documents, _ = write_notebook(home / "notebooks")

    async def work() -> None:
        with pytest.raises(Conflict, match="1 of its packages cannot be had again") as caught:
            await manager.pin("analysis.ipynb", "fast", documents)
        assert "homemade 3.0" in caught.value.hints[0]
        assert sorted(path.name for path in (home / "notebooks").iterdir()) == ["analysis.ipynb"]
        # a clone leaves it out, says so, and gets a kernel
        request = CreateRequest(name="copy", clone="fast")
        plan = await manager.plan(request, documents, Recorder())
        assert any("homemade" in note for note in plan.notes)
        assert any("ipykernel was added" in note for note in plan.notes)
        made = await manager.create(request, documents, Recorder())
        assert made.prefix.is_relative_to(home / "envs")
        assert (await ask("copy", SHOUT, home)).split() == [str(made.prefix), "tinywheel"]
        assert (await manager.pin("analysis.ipynb", "copy", documents)).verdict.state is VerdictState.MATCH

    asyncio.run(work())


def test_what_is_only_there_to_install_with_is_left_out(manager: Manager, home: Path, pypi_index: PypiIndex) -> None:
    prefix = MAKERS["venv"](home)
    put_in(prefix, pypi_index, "tinywheel")
    for name in ("pip", "setuptools"):
        folder = prefix / "lib" / HERE / "site-packages" / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    documents, path = write_notebook(home / "notebooks")
    status = asyncio.run(manager.pin("analysis.ipynb", "plain", documents))
    assert status.verdict.state is VerdictState.MATCH
    assert "setuptools" not in (path.parent / "environment.yml").read_text()


def test_a_lock_of_conda_packages_is_not_met_by_an_interpreter_alone(
    manager: Manager, home: Path, pypi_index: PypiIndex
) -> None:
    """A notebook that is pinned to an environment of ours, on a machine where a venv has the name."""
    documents, _ = write_notebook(home / "notebooks")

    async def work() -> None:
        await create(manager, "plain", "python", "tinytext=2.0")
        await manager.pin("analysis.ipynb", "plain", documents)
        await manager.remove("plain", Recorder())
        MAKERS["venv"](home)
        await manager.others.search(fresh=True)
        verdict = (await manager.read_pin("analysis.ipynb", documents)).verdict
        assert verdict.state is VerdictState.DRIFTED
        names = {one.name for one in verdict.differences}
        assert "tinytext" in names and "python" not in names

    asyncio.run(work())


def package(name: str, version: str, *depends: str, manager: str = "conda") -> Package:
    made = Package(name, version, build="0", depends=depends)
    return made if manager == "conda" else replace(made, manager="pip", build="")


LOCKED = (
    package("python", "3.11.7", "libz >=1", "__glibc >=2.17"),
    package("libz", "1.3", "libc"),
    package("libc", "1", "python"),
    package("numpy", "2.0", "python >=3.11"),
    package("tinywheel", "1.0", manager="pip"),
)


@pytest.mark.parametrize(
    ("python", "version"), [("3.11.7", "3.11.7"), ("3.11.9", "3.11.7"), ("3.12.0", "3.12.0"), (None, None)]
)
def test_its_python_stands_for_the_locked_one_of_its_minor_version(python: str | None, version: str | None) -> None:
    installed = [package("tinywheel", "1.0", manager="pip"), package("pip", "24", manager="pip")]
    found = {one.name: one.version for one in standing_for(LOCKED, installed, python)}
    assert found == {
        "tinywheel": "1.0",
        **({"python": version, "libz": "1.3", "libc": "1"} if version else {}),
    }
