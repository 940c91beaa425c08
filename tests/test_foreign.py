"""Environments of other tools, used: as kernels, pinned, described; and left alone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_envs import kernelspec, lockfile
from jupyter_envs.errors import Conflict, Forbidden, NameTaken, NotFound
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.verdicts import VerdictState

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager, write_notebook
from .support.others import MAKERS, ask, fingerprint, give_kernel, make_conda

WHERE = "import os, sys; print(sys.prefix, os.environ.get('VIRTUAL_ENV') or os.environ['CONDA_PREFIX'])"


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path) -> Manager:
    found = make_manager(home, channel.file_url, package_cache, conda_roots=["~/miniconda3"])
    found.others.projects = (home / "work",)
    return found


@pytest.fixture
def sci(home: Path, channel: LocalChannel, package_cache: Path) -> Path:
    """A conda environment with a kernel."""
    folder = home / "miniconda3" / "envs" / "sci"
    return asyncio.run(
        make_conda(folder, channel.file_url, package_cache, "python", "ipykernel", "tinytext", "tinyactivate")
    )


@pytest.mark.parametrize("kind", MAKERS)
def test_a_virtual_environment_is_found_used_and_released(manager: Manager, home: Path, kind: str) -> None:
    prefix = MAKERS[kind](home)

    async def run() -> None:
        (summary,) = await manager.foreign()
        assert (summary.foreign.kind, summary.prefix, summary.foreign.kernel) == (kind, prefix, False)
        with pytest.raises(Conflict, match="has no ipykernel") as refused:
            await manager.adopt(summary.name, Recorder())
        assert "ipykernel" in refused.value.hints[0]
        give_kernel(prefix)
        before = fingerprint(prefix)
        adopted = await manager.adopt(summary.name, Recorder())
        assert adopted.kernels == (summary.name,)
        assert fingerprint(prefix) == before
        assert (await ask(summary.name, WHERE, home)).split() == [str(prefix), str(prefix)]
        assert fingerprint(prefix) == before
        with pytest.raises(Forbidden, match="never changes or removes"):
            await manager.remove(summary.name, Recorder(), force=True)
        await manager.release(summary.name)
        assert kernelspec.adopted() == {}
        assert (await manager.foreign())[0].kernels == ()

    asyncio.run(run())


def test_a_conda_environment_is_a_kernel_with_its_activation_and_can_be_pinned(
    manager: Manager, home: Path, sci: Path
) -> None:
    documents, path = write_notebook(home / "notebooks")
    before = fingerprint(sci)

    async def run() -> None:
        (summary,) = await manager.foreign()
        assert (summary.name, summary.foreign.source, summary.foreign.kernel) == ("sci", "miniconda3", True)
        adopted = await manager.adopt("sci", Recorder())
        assert adopted.kernels == ("sci",)
        spec = KernelSpecManager().get_kernel_spec("sci")
        assert spec.env["TINYACTIVATE_HOME"] == f"{sci}/share/tinyactivate"
        assert spec.env["CONDA_DEFAULT_ENV"] == "sci"
        assert fingerprint(sci) == before
        assert (await ask("sci", WHERE, home)).split() == [str(sci), str(sci)]
        status = await manager.pin("analysis.ipynb", "sci", documents)
        assert status.verdict.state is VerdictState.MATCH
        assert status.environment is not None and status.environment.prefix == sci
        assert json.loads(path.read_text())["metadata"]["kernelspec"]["name"] == "sci"
        detail = await manager.environment("sci")
        lock = lockfile.parse((path.parent / "environment.conda-lock.yml").read_text())
        assert lock.digest(manager.platform) == detail.digest
        assert fingerprint(sci) == before

    asyncio.run(run())


def test_the_pin_of_a_foreign_environment_drifts_and_is_built_elsewhere(
    manager: Manager, home: Path, sci: Path
) -> None:
    documents, _ = write_notebook(home / "notebooks")

    async def run() -> None:
        await manager.pin("analysis.ipynb", "sci", documents)
        record = next((sci / "conda-meta").glob("tinytext-*.json"))
        text = record.read_text()
        record.unlink()
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.DRIFTED
        record.write_text(text)
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MATCH
        (home / "miniconda3").rename(home / "gone")
        await manager.others.search(fresh=True)
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MISSING
        built = await manager.create(CreateRequest(pin="analysis.ipynb"), documents, Recorder())
        assert built.prefix.is_relative_to(home / "envs")
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MATCH

    asyncio.run(run())


def test_a_package_whose_source_is_not_known_cannot_be_locked(manager: Manager, home: Path, sci: Path) -> None:
    documents, _ = write_notebook(home / "notebooks")
    record = next((sci / "conda-meta").glob("tinytext-*.json"))
    fields = json.loads(record.read_text())
    del fields["sha256"]
    record.write_text(json.dumps(fields))
    with pytest.raises(Conflict, match="tinytext is not known"):
        asyncio.run(manager.pin("analysis.ipynb", "sci", documents))
    assert sorted(path.name for path in (home / "notebooks").iterdir()) == ["analysis.ipynb"]


def test_ours_has_the_name_and_the_foreign_one_is_told_apart(manager: Manager, sci: Path) -> None:
    async def run() -> None:
        ours = await create(manager, "sci", "tinyblob")
        await manager.others.search(fresh=True)
        assert [summary.name for summary in await manager.foreign()] == ["sci-miniconda3"]
        assert (await manager.environment("sci")).summary.prefix == ours.prefix
        assert (await manager.environment("sci-miniconda3")).summary.prefix == sci
        await manager.remove("sci", Recorder())
        assert sci.is_dir()

    asyncio.run(run())


def test_an_adopted_kernel_is_never_taken_by_an_environment_of_ours(manager: Manager, sci: Path) -> None:
    async def run() -> None:
        await manager.adopt("sci", Recorder())
        with pytest.raises(NameTaken):
            await create(manager, "sci", "tinyblob")
        assert kernelspec.adopted() == {str(sci): ("sci", ["sci"])}
        assert kernelspec.remove("sci") == []
        with pytest.raises(NotFound):
            await manager.release("other")

    asyncio.run(run())


def test_somebody_elses_kernel_is_not_replaced(manager: Manager, sci: Path) -> None:
    folder = kernelspec.kernels_dir() / "sci"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": ["x"], "display_name": "mine", "language": "x"}))
    with pytest.raises(NameTaken):
        asyncio.run(manager.adopt("sci", Recorder()))
    assert fingerprint(folder.parent) == fingerprint(folder.parent)
    assert kernelspec.adopted() == {}


def test_an_environment_that_is_gone_can_be_released_and_doctor_tells(manager: Manager, home: Path, sci: Path) -> None:
    async def run() -> None:
        await manager.adopt("sci", Recorder())
        (home / "miniconda3").rename(home / "gone")
        report = await manager.diagnose()
        assert [finding.code for finding in report.findings] == ["dead-kernel"]
        await manager.release("sci")
        assert (await manager.diagnose()).findings == ()

    asyncio.run(run())


def test_a_broken_environment_is_a_finding(manager: Manager, home: Path) -> None:
    prefix = MAKERS["venv"](home)
    for program in (prefix / "bin").glob("python*"):
        program.unlink()
    (finding,) = asyncio.run(manager.diagnose()).findings
    assert (finding.code, str(prefix) in finding.message) == ("foreign-broken", True)


def test_nothing_is_looked_for_where_that_is_switched_off(home: Path, sci: Path) -> None:
    manager = Manager(root_dir=str(home / "envs"), conda_roots=["~/miniconda3"], discover=False)
    assert asyncio.run(manager.foreign()) == []


def test_an_environment_at_a_path(manager: Manager, home: Path, channel: LocalChannel, package_cache: Path) -> None:
    async def run() -> None:
        folder = await make_conda(home / "deep/down/here/tiny", channel.file_url, package_cache, "tinyblob")
        assert await manager.foreign() == []
        assert (await manager.others.at(folder)).name == "tiny"
        with pytest.raises(NotFound, match="is not an environment"):
            await manager.others.at(home / "deep")

    asyncio.run(run())


def test_it_is_exported_by_its_name(manager: Manager, home: Path, sci: Path) -> None:
    plain = MAKERS["venv"](home)
    give_kernel(plain)

    async def run() -> None:
        explicit = await manager.export("sci", "explicit")
        assert "@EXPLICIT" in explicit.text and "tinytext" in explicit.text
        assert "python==3" in (await manager.export("plain", "portable")).text

    asyncio.run(run())
