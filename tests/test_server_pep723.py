"""A notebook whose block says what it needs (PEP 723), over HTTP: looked at, built from its text, run, pinned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from jupyter_envs.running import below

from .support.lab import Lab
from .support.openapi import check_value
from .support.processes import wait_until
from .support.pypi_index import PypiIndex
from .test_cli_pypi import HERE, NO_CHANNEL
from .test_pep723 import BLOCK, cell
from .test_server_flow import Api

NAME = "blocked"


@pytest.fixture
def lab(tmp_path: Path, kernel_index: PypiIndex, package_cache: Path) -> Iterator[Lab]:
    """A server with a package index and no channel."""
    settings: dict[str, Any] = {"default_channels": [NO_CHANNEL], "pypi_index": kernel_index.simple_url}
    places = {"root_dir": str(tmp_path / "envs"), "cache_dir": str(package_cache), "compile_bytecode": False}
    with Lab(tmp_path, {"Manager": {**settings, **places}}, app="jupyter_server") as server:
        yield server


def value(connection: str, expression: str) -> str:
    """What an expression is in a kernel that runs."""
    client = BlockingKernelClient(connection_file=connection)
    client.load_connection_file()
    client.start_channels(hb=False)  # a kernel that starts on a busy machine misses beats
    try:
        reply: Any = client.execute("import tinydep", user_expressions={"it": expression}, reply=True, timeout=120)
        return str(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])
    finally:
        client.stop_channels()


def test_from_a_block_to_a_kernel_and_a_pin(lab: Lab) -> None:
    api, folder = Api(lab), Path(lab.root, "pep723")
    folder.mkdir()
    book = folder / f"{NAME}.ipynb"
    (folder / "requirements.txt").write_text("tinytext\n")
    cells = [cell(BLOCK, "a", jupyter={"source_hidden": True}), cell("import tinydep", "b")]
    book.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    path = f"pep723/{book.name}"

    status = api("GET", f"pins/{path}")
    check_value(status, "PinStatus")
    assert status["beside"] == {"file": book.name, "environment": NAME, "made": False}
    made = api.made({"name": NAME, "file": book.read_text(), "filename": path})
    assert (made["engine"], made["python"], made["kernel"]) == ("pypi", HERE, NAME)
    assert api("GET", f"pins/{path}")["beside"] == {"file": book.name, "environment": NAME, "made": True}

    session = lab.post("api/sessions", {"path": path, "name": "", "type": "notebook", "kernel": {"name": NAME}}).json()

    def connection() -> str:
        found = [one for one in below(lab.home / "envs" / NAME) if session["kernel"]["id"] in one.connection]
        return found[0].connection if found else ""

    assert value(wait_until(connection, "the kernel"), "tinydep.version") == "'1.0'"
    lab.delete(f"api/sessions/{session['id']}")

    pinned = api("PUT", f"pins/{path}", {"environment": NAME})
    assert (pinned["pin"]["file"], pinned["pin"]["lock"]) == (f"requirements-{NAME}.txt", f"pylock.{NAME}.toml")
    assert pinned["verdict"]["state"] == "match"
    assert (folder / "requirements.txt").read_text() == "tinytext\n"
    said = api("GET", f"environments/{NAME}/export?format=script")
    check_value(said, "Export")
    assert "# /// script" in said["text"]
    plain = folder / "plain.ipynb"
    plain.write_text(json.dumps({"cells": cells[1:], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    job = {"name": "plain", "file": plain.read_text(), "filename": "pep723/plain.ipynb", "dry_run": True}
    assert api("POST", "environments", job, 400)["code"] == "invalid-file"
    api.done("DELETE", f"environments/{NAME}?force=true")
