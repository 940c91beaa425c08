"""The example repositories below ``examples/binder``, and this project's own ``binder/``, as repo2docker reads them.

Each example is what a user's repository looks like: notebook, environment file, lock, and the files that
``jupyter envs binder --write`` made. They are written again with JUPYTER_ENVS_EXAMPLES=1.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs import binder, envfile, lockfile, pin
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.example import NAME, NOTEBOOK
from jupyter_envs.manager import BinderReport, BinderRequest, Manager
from jupyter_envs.models import Lock, Pin, Spec

from .pure_values import CHANNEL, IDNA, OPENSSL, PYTHON
from .support.home import configure
from .support.lab import PROJECT
from .support.managing import notebook
from .support.rehearsal import dockerfile, rehearse, why_not

EXAMPLES = Path(__file__).parent / "examples" / "binder"
WRITING = bool(os.environ.get("JUPYTER_ENVS_EXAMPLES"))
ARM = "linux-aarch64"
# another minor version than the usual one
SERVER = {"linux-64": "3.13.1"}
# the example's name → its notebooks with their environments
NOTEBOOKS = {
    "one": {"analysis.ipynb": "penguins"},
    "several": {"week 1/größe #1.ipynb": "penguins", "week 2/whales.ipynb": "whales"},
    "merged": {"analysis.ipynb": "penguins"},
    "pypi": {"analysis.ipynb": "wheels"},
}
SPECS = {
    "penguins": Spec(
        name="penguins",
        channels=(CHANNEL,),
        conda=("python=3.12", "openssl"),
        pip=("idna",),
        variables={"MODE": "it's a $test"},
    ),
    "wheels": Spec(name="wheels", pip=("idna",)),
    "whales": Spec(name="whales", channels=(CHANNEL,), conda=("openssl",), platforms=("linux-64", ARM)),
}


def lock_of(spec: Spec) -> Lock:
    packages = (PYTHON, OPENSSL, IDNA) if spec.pip else (OPENSSL,)
    if not spec.conda:
        return Lock((IDNA,), (), ("linux-64",), {"linux-64": envfile.content_hash(spec, "linux-64")}, python=SERVER)
    platforms = spec.platforms or ("linux-64",)
    arm = tuple(
        replace(one, platform=ARM, subdir=ARM, url=one.url.replace("linux-64", ARM))
        for one in packages
        if ARM in platforms
    )
    hashes = {platform: envfile.content_hash(spec, platform) for platform in platforms}
    return Lock((*packages, *arm), (CHANNEL,), platforms, hashes)


def write_example(folder: Path, notebooks: dict[str, str]) -> None:
    """What a user has before ``jupyter envs binder``."""
    for path, name in notebooks.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        text = lockfile.write(lock_of(SPECS[name]))
        (place.parent / "environment.yml").write_text(envfile.write(SPECS[name]))
        (place.parent / "environment.conda-lock.yml").write_text(text)
        kernel = {"name": name, "display_name": name, "language": "python"}
        made = Pin(name, "environment.yml", "environment.conda-lock.yml", lockfile.parse(text).digest())
        place.write_text(notebook("import sys; print(sys.prefix)", **pin.write({"kernelspec": kernel}, made)))


def look(home: Path, example: str, folder: Path, *, write: bool = False) -> BinderReport:
    manager = Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"))
    mode: binder.Mode = "merge" if example == "merged" else "locked"
    request = BinderRequest(tuple(NOTEBOOKS[example]), mode=mode, write=write)
    return asyncio.run(manager.binder(request, DiskDocuments(folder)))


@pytest.mark.parametrize("example", NOTEBOOKS)
def test_the_files_of_an_example_are_those_that_would_be_written(home: Path, tmp_path: Path, example: str) -> None:
    kept = EXAMPLES / example
    if WRITING:
        made = tmp_path / "made"
        write_example(made, NOTEBOOKS[example])
        look(home, example, made, write=True)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(made, kept)
    # outside of this project's own repository
    folder = tmp_path / "example"
    shutil.copytree(kept, folder)
    report = look(home, example, folder)
    assert report.changes
    assert {change.path: change.state.value for change in report.changes if change.state != "same"} == {}
    assert [finding.code for finding in report.findings] == ["no-repository"]


@pytest.mark.parametrize("example", NOTEBOOKS)
def test_repo2docker_reads_an_example(tmp_path: Path, example: str) -> None:
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLES / example, folder)
    text = dockerfile(folder)
    minor = "13" if example == "pypi" else "12"
    assert f"py-2d3-2e{minor}" in text or f"python-3.{minor}" in text or f"2dpython-2d3-2e{minor}" in text
    assert ("RUN ./binder/postBuild" in text) == (example != "merged")
    script = folder / "binder" / "postBuild"
    if script.exists():
        subprocess.run(["bash", "-n", str(script)], check=True)


def test_repo2docker_reads_our_own_files() -> None:
    text = dockerfile(PROJECT)
    assert "py-2d3-2e12" in text or "python-3.12" in text or "2dpython-2d3-2e12" in text
    assert "RUN ./binder/postBuild" in text
    assert (PROJECT / "binder" / "postBuild").stat().st_mode & 0o111


PYTHON_SHIM = """\
#!/bin/sh
# Stands for the server's python: installing this project needs a package index, so what is already here is used.
if [ "$1 $2 $3" = "-m pip install" ]; then
    echo "shim: $*"
    for name in jupyter jupyter-envs; do
        program="$HOME/.local/bin/$name" module=$(echo $name | tr - _)
        printf '#!/bin/sh\\nexec %s/bin/python -m %s "$@"\\n' "$NB_PYTHON_PREFIX" "$module" > "$program"
        chmod +x "$program"
    done
    exit 0
fi
exec "$NB_PYTHON_PREFIX/bin/python" "$@"
"""


@pytest.mark.skipif(why_not() != "", reason=why_not())
def test_our_own_demo_is_built_and_its_notebook_runs(channel_http: str, tmp_path: Path) -> None:
    """Shimmed beside what `rehearsal` says: ``pip install .`` (see `PYTHON_SHIM`), and a channel on this machine."""
    repository = tmp_path / "repository"
    shutil.copytree(PROJECT / "binder", repository / "binder")
    shutil.copytree(
        PROJECT / "jupyter_envs", repository / "jupyter_envs", ignore=shutil.ignore_patterns("labextension")
    )
    configure_demo(repository, channel_http)
    done = rehearse(repository, tmp_path / "image", [f"demo/{NOTEBOOK}"])
    assert "shim: -m pip install --no-cache-dir .[lab]" in done.output
    digests = [line.split()[-1] for line in done.output.splitlines() if line.split()[:1] == ["digest"]]
    print(f"digest before and after  {digests}")
    assert len(digests) == 2
    assert digests[0] == digests[1]
    assert done.found["sessions"] == {f"demo/{NOTEBOOK}": NAME}
    assert "This notebook runs in /home/jovyan/" in done.found["outputs"][f"demo/{NOTEBOOK}"]


def configure_demo(repository: Path, channel: str) -> None:
    """What is in the image's home folder before anything is built."""
    programs = repository / ".local" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(PYTHON_SHIM)
    (programs / "python").chmod(0o755)
    configure(repository, {"Manager": {"default_channels": [channel]}})


def test_notebooks_of_the_examples_are_notebooks() -> None:
    for example, notebooks in NOTEBOOKS.items():
        for path in notebooks:
            assert json.loads((EXAMPLES / example / path).read_text())["nbformat"] == 4
