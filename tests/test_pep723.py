"""From a notebook with a block ``# /// script`` to its kernel and its pin; and from an environment to such a block."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import uv

from jupyter_envs import formats

from .support.pypi_index import PypiIndex
from .test_cli import Cli
from .test_cli_pypi import HERE, NO_CHANNEL, set_index

MINOR = ".".join(HERE.split(".")[:2])
BLOCK = f'# /// script\n# requires-python = ">={MINOR}"\n# dependencies = [\n#   "tinydep==1.0",\n# ]\n# ///'


@pytest.fixture
def cli(home: Path, package_cache: Path, kernel_index: PypiIndex) -> Cli:
    made = Cli(home, NO_CHANNEL, package_cache)
    set_index(made, kernel_index, package_cache)
    return made


def cell(source: str, name: str, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def write(path: Path, *cells: dict[str, Any]) -> None:
    """A notebook as juv writes it."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    found = {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(found))


def printed(path: Path, number: int) -> str:
    """What a cell of a notebook printed."""
    found = json.loads(path.read_text())
    return output_text_of(found["cells"][number])


def output_text_of(found: dict[str, Any]) -> str:
    return "".join("".join(output.get("text", "")) for output in found["outputs"])


def test_a_notebook_of_juv_runs_is_pinned_and_built_again(cli: Cli) -> None:
    book = cli.work / "analysis.ipynb"
    write(book, cell(BLOCK, "a", jupyter={"source_hidden": True}), cell("import tinydep\nprint(tinydep.version)", "b"))
    created = cli.good("create", "juv", "--file", "analysis.ipynb", "--yes")
    assert f"For Python {HERE} (" in created.out and "ipykernel was added" in created.out
    pinned = cli.good("pin", "analysis.ipynb", "--environment", "juv", "--json").json
    assert (pinned["pin"]["file"], pinned["pin"]["lock"]) == ("requirements.txt", "pylock.toml")
    assert cli.good("status", "analysis.ipynb", "--json").json["verdict"] == "match"
    assert json.loads(book.read_text())["metadata"]["kernelspec"]["name"] == "juv"
    cli.good("run", "analysis.ipynb", "--yes")
    assert printed(book, 1) == "1.0\n"
    spec = formats.read(book.read_text(), source=book.name).spec
    assert spec is not None and spec.pip == ("tinydep==1.0",), "the block is still there"

    cli.good("remove", "juv", "--yes")
    assert cli.good("status", "analysis.ipynb", "--json").json["verdict"] == "missing"
    cli.good("restore", "analysis.ipynb", "--yes")
    assert cli.good("status", "analysis.ipynb", "--json").json["verdict"] == "match"


def test_a_script_becomes_an_environment(cli: Cli) -> None:
    (cli.work / "tool.py").write_text(f"#!/usr/bin/env python\n{BLOCK}\n\nimport tinydep\nprint(tinydep.version)\n")
    cli.good("create", "tool", "--file", "tool.py", "--yes")
    assert cli.good("exec", "tool", "--", "python", str(cli.work / "tool.py")).out == "1.0\n"
    (cli.work / "bare.py").write_text("import tinydep\n")
    refused = cli("create", "bare", "--file", "bare.py", "--yes")
    assert refused.status == 2 and "no block “# /// script”" in refused.err


def test_an_environment_is_written_into_a_notebook(cli: Cli, kernel_index: PypiIndex) -> None:
    (cli.work / "requirements.txt").write_text(f"# python: >={MINOR}\ntinydep\ntinytext ; sys_platform != 'none'\n")
    cli.good("create", "shop", "--file", "requirements.txt", "--yes")
    book = cli.work / "new.ipynb"
    write(book, cell("import tinydep\nprint(tinydep.version)", "b"))
    into = ("export", "shop", "--format", "script", "--into", str(book))
    said = cli.good(*into)
    assert '+#   "tinydep",' in said.out and "new.ipynb has it now." in said.out
    first, second = json.loads(book.read_text())["cells"]
    assert first["metadata"] == {"jupyter": {"source_hidden": True}} and second["id"] == "b"
    before = book.read_bytes()
    assert "asks for the same already" in cli.good(*into).out
    assert book.read_bytes() == before

    refused = cli(*into, "--versions")
    assert refused.status == 2 and '-#   "tinydep",' in refused.out and "--yes" in refused.err
    assert book.read_bytes() == before
    changed = cli.good(*into, "--versions", "--yes", "--json").json
    assert changed["changed"] and '"tinydep==' in changed["text"] and '"tinydep",' in changed["before"]

    cli.good("create", "again", "--file", str(book), "--yes")
    assert cli.good("diff", "shop", "again", "--json").json["same"] is True
    (cli.work / "tool.py").write_text("".join(json.loads(book.read_text())["cells"][0]["source"]) + "\n")
    argv = [uv.find_uv_bin(), "export", "--quiet", "--script", "tool.py", "--default-index", kernel_index.simple_url]
    done = subprocess.run([*argv, "--no-python-downloads"], cwd=cli.work, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "tinydep==" in done.stdout, "uv reads the block, too"


def test_what_cannot_be_written_into_a_notebook(cli: Cli) -> None:
    (cli.work / "requirements.txt").write_text("tinydep\n")
    cli.good("create", "shop", "--file", "requirements.txt", "--yes")
    into = ("export", "shop", "--into", str(cli.work / "a.ipynb"))
    assert cli(*into).status == 2 and "--format script" in cli(*into).err
    assert "There is no notebook a.ipynb" in cli(*into, "--format", "script").err
    write(cli.work / "a.ipynb", cell("# /// script\n# dependencies = [\n# ///", "a"))
    broken = (cli.work / "a.ipynb").read_bytes()
    assert "not TOML" in cli(*into, "--format", "script", "--yes").err
    assert (cli.work / "a.ipynb").read_bytes() == broken
