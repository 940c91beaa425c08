"""A Binder build of a pinned repository on this machine; `support.rehearsal` says what is real in it and what not."""

from __future__ import annotations

import asyncio
import email
import json
import platform
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from jupyter_envs import lockfile, prefix
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import BinderRequest, CreateRequest, Manager
from jupyter_envs.models import Package, packages_digest
from jupyter_envs.versions import minor

from .support.managing import Recorder, make_manager, notebook
from .support.pypi_index import PypiIndex
from .support.rehearsal import reading, rehearse, why_not

WHERE = "import sys, os, json; print(json.dumps({'prefix': sys.prefix, 'mode': os.environ.get('MODE', '')}))"


def pinned_repository(folder: Path, manager: Manager, index: PypiIndex) -> None:
    """Two notebooks, two environments: one with a PyPI part and a variable, one of conda packages alone."""
    files = {
        "Penguins": f'variables: {{MODE: "it\'s $HOME"}}\ndependencies: [python, ipykernel, tinytext=2.0, {{pip: '
        f'["--index-url {index.simple_url}", tinydep]}}]\n',
        "plain": "dependencies: [python, ipykernel, tinytext=1.0]\n",
    }
    for name, text in files.items():
        (folder / name).mkdir(parents=True)
        documents = DiskDocuments(folder / name)
        path = folder / name / "analysis.ipynb"
        path.write_text(notebook(WHERE))
        asyncio.run(manager.create(CreateRequest(name=name, file=f"name: {name}\n{text}"), documents, Recorder()))
        asyncio.run(manager.pin("analysis.ipynb", name, documents))


def digest_of(folder: Path, locked: tuple[Package, ...], platform: str) -> str:
    """The digest of what is really in a prefix; wheels by the hashes that pip was told to require."""
    contents = prefix.contents(folder, platform)
    hashes = {one.name: one.sha256 for one in locked if one.manager == "pip"}
    found = [
        replace(one, sha256=hashes.get(one.name, "")) if one.manager == "pip" else one for one in contents.packages
    ]
    return packages_digest(found)


def disk_usage(folder: Path) -> int:
    """What the files below a folder take, hard links once."""
    found = {(info.st_dev, info.st_ino): info.st_size for path in folder.rglob("*") if (info := path.lstat())}
    return sum(found.values())


@pytest.mark.skipif(why_not() != "", reason=why_not())
def test_a_binder_build_makes_what_is_locked_and_runs_the_notebooks_in_it(
    home: Path, channel_http: str, pypi_index: PypiIndex, package_cache: Path, tmp_path: Path
) -> None:
    manager = make_manager(home, channel_http, package_cache, pypi_index=pypi_index.simple_url)
    repository = tmp_path / "repository"
    pinned_repository(repository, manager, pypi_index)
    notebooks = ("Penguins/analysis.ipynb", "plain/analysis.ipynb")
    documents = DiskDocuments(repository)
    report = asyncio.run(manager.binder(BinderRequest(notebooks, write=True), documents))
    assert len(report.written) == 5
    assert {finding.code for finding in report.findings} == {"no-repository", "private-source"}

    done = rehearse(repository, tmp_path / "image", list(notebooks))

    assert {"penguins", "plain"} <= set(done.found["kernels"])
    assert done.found["sessions"] == {"Penguins/analysis.ipynb": "penguins", "plain/analysis.ipynb": "plain"}
    locked_packages: list[Package] = []
    for name in ("Penguins", "plain"):
        output = json.loads(done.found["outputs"][f"{name}/analysis.ipynb"])
        assert output == {"prefix": f"/srv/conda/envs/{name}", "mode": "it's $HOME" if name == "Penguins" else ""}
        lock = lockfile.parse((repository / name / "environment.conda-lock.yml").read_text())
        locked = lock.for_platform(manager.platform)
        locked_packages += locked
        built = digest_of(done.prefixes / name, locked, manager.platform)
        print(f"{name}: {len(locked)} packages\n  digest of the lock  {lock.digest(manager.platform)}")
        print(f"  digest on “Binder”  {built}")
        assert built == lock.digest(manager.platform)
    estimate = report.estimate
    conda = {one.sha256 for one in locked_packages if one.manager == "conda"}
    assert estimate.measured == len(conda)
    grown = disk_usage(done.prefixes)
    print(f"size: {estimate.size} bytes were expected, {grown} are there. {estimate.basis}")
    # compiled modules, scripts and records come on top
    assert 0.7 < estimate.size / grown < 1.05
    # postBuild took what it downloaded from the lists and from nowhere else
    assert "RUN ./binder/postBuild" in done.output


def hashes_that_pip_saw(folder: Path) -> dict[str, str]:
    """What pip itself wrote down of each wheel that it installed, by name."""
    found = dict[str, str]()
    for direct in folder.glob("lib/python3*/site-packages/*.dist-info/direct_url.json"):
        metadata = email.message_from_string(direct.with_name("METADATA").read_text())
        about = json.loads(direct.read_text())["archive_info"]
        found[canonicalize_name(metadata["Name"])] = about["hashes"]["sha256"]
    return found


@pytest.mark.skipif(why_not() != "", reason=why_not())
def test_pypi_packages_alone_stand_on_the_servers_python(
    home: Path, channel_http: str, kernel_index: PypiIndex, package_cache: Path, tmp_path: Path
) -> None:
    """Pinned with a ``pylock.toml`` and, as only an environment.yml can hold variables, with a lock of ours."""
    manager = make_manager(home, channel_http, package_cache, pypi_index=kernel_index.simple_url)
    repository = tmp_path / "repository"
    documents = DiskDocuments(repository)
    files = {
        "shop": ("requirements.txt", "tinydep\nipykernel\n", "pylock.toml"),
        "moody": (
            "environment.yml",
            "dependencies: [{pip: [tinytext<2, ipykernel]}]\nvariables: {MODE: calm}\n",
            "environment.conda-lock.yml",
        ),
    }
    for name, (file, text, lock) in files.items():
        (repository / name).mkdir(parents=True)
        (repository / name / "analysis.ipynb").write_text(notebook(WHERE))
        request = CreateRequest(name=name, file=text, filename=file)
        asyncio.run(manager.create(request, documents, Recorder()))
        status = asyncio.run(manager.pin(f"{name}/analysis.ipynb", name, documents))
        assert status.pin is not None
        assert (status.pin.file, status.pin.lock) == (file, lock)
    notebooks = [f"{name}/analysis.ipynb" for name in files]
    report = asyncio.run(manager.binder(BinderRequest(tuple(notebooks), write=True), documents))
    assert {finding.code for finding in report.findings} == {"no-repository", "private-source"}
    written = sorted(path.name for path in (repository / "binder").iterdir())
    assert written == ["environment.yml", "moody.requirements.lock", "postBuild", "shop.requirements.lock"]
    here = minor(platform.python_version())
    assert f"Building conda environment for python={here}\n" in reading(repository)

    done = rehearse(repository, tmp_path / "image", notebooks)

    assert done.found["sessions"] == dict(zip(notebooks, files, strict=True))
    # somebody who has Jupyter Envs there, and nothing of this machine's environments
    there = make_manager(tmp_path / "there", channel_http, package_cache, conda_roots=[str(done.prefixes.parent)])
    for name, (file, _, lock) in files.items():
        output = json.loads(done.found["outputs"][f"{name}/analysis.ipynb"])
        assert output == {"prefix": f"/srv/conda/envs/{name}", "mode": "calm" if name == "moody" else ""}
        packages = lockfile.parse((repository / name / lock).read_text()).for_platform(manager.platform)
        assert {one.manager for one in packages} == {"pip"}
        assert hashes_that_pip_saw(done.prefixes / name) == {one.name: one.sha256 for one in packages}
        found = prefix.contents(done.prefixes / name, manager.platform).packages
        assert {(one.name, one.version) for one in found} == {(one.name, one.version) for one in packages}
        status = asyncio.run(there.read_pin(f"{name}/analysis.ipynb", documents))
        assert (status.verdict.state.value, status.verdict.sentence) == ("match", f"Runs exactly what {file} locks.")
        assert status.environment is not None
        assert Path(status.environment.prefix) == done.prefixes / name
