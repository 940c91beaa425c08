"""What a published `kernel.json` holds, wherever its prefix is, and what somebody sees who looks all the time."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from jupyter_envs import kernelspec
from jupyter_envs.errors import InvalidInput
from jupyter_envs.manager import CreateRequest, Manager

from .support.counts import rounds, tell
from .support.managing import Recorder
from .support.one_action import act
from .support.processes import wait_until
from .support.small_channel import small_channel

PLACES = ("plain", "a b", "it's", 'say "so"', "ünï", "{x}", "$HOME", "${PATH}", "%d", "a;b", "-x")
ALLOWED = {"PATH", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "CONDA_SHLVL", "PYTHONNOUSERSITE", "CONDA_PROMPT_MODIFIER"}


def manager_at(tmp_path: Path, place: str) -> Manager:
    return Manager(
        root_dir=str(tmp_path / place / "envs"),
        cache_dir=str(tmp_path / "cache"),
        default_channels=[small_channel(tmp_path / "channel", 3)],
    )


def kernel_file() -> Path:
    return kernelspec.kernels_dir() / "one" / "kernel.json"


@pytest.mark.parametrize("place", PLACES)
def test_it_starts_wherever_its_prefix_is(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "canary-4711")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-4711")
    manager = manager_at(tmp_path, place)
    asyncio.run(act(manager, "create"))
    text = kernel_file().read_text()
    spec = json.loads(text)
    assert "canary" not in text
    assert set(spec["env"]) <= ALLOWED, spec["env"]
    (prefix,) = Path(manager.root_dir).glob("one/g/*")
    kernel = KernelManager(kernel_name="one")
    kernel.start_kernel()
    try:
        seen = Path(f"{kernel.connection_file}.env")
        wait_until(lambda: seen.exists() and "CONDA_PREFIX" in seen.read_text(), "the kernel to start")
        lines = dict(line.partition("=")[::2] for line in seen.read_text().splitlines())
        assert lines["CONDA_PREFIX"] == str(prefix)
        assert lines["PATH"].startswith(f"{prefix}/bin:")
    finally:
        kernel.shutdown_kernel(now=True)


def test_a_folder_that_jupyter_would_rewrite_is_refused(home: Path, tmp_path: Path) -> None:
    manager = manager_at(tmp_path, "{connection_file}")
    with pytest.raises(InvalidInput, match="connection_file"):
        asyncio.run(act(manager, "create"))
    assert asyncio.run(manager.environments()) == [] and not kernel_file().exists()


def test_it_is_whole_whenever_somebody_looks(home: Path, tmp_path: Path) -> None:
    """Looked at a thousand times a second while it is written, replaced and removed."""
    manager = manager_at(tmp_path, "plain")
    stopped, wrong, looks = threading.Event(), [], [0]

    def look() -> None:
        while not stopped.is_set():
            try:
                text = kernel_file().read_bytes()
                looks[0] += 1
                program = Path(json.loads(text)["argv"][0])
                # it may have gone after the file was read, but then the file is another one by now, too
                if not program.exists() and kernel_file().read_bytes() == text:
                    wrong.append(str(program))
            except FileNotFoundError:
                pass
            except ValueError as error:
                wrong.append(str(error))
            time.sleep(0.001)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(rounds(3, 30)):
            for action in ("create", "update", "remove"):
                asyncio.run(act(manager, action))
    finally:
        stopped.set()
        watcher.join()
    assert wrong == []
    assert looks[0] > 10
    tell("T22", f"cases of kernel.json; looked at {looks[0]} times while it changed", len(PLACES) + 4, 15)


def test_two_environments_cannot_have_kernels_of_one_name(home: Path, tmp_path: Path) -> None:
    manager = manager_at(tmp_path, "plain")
    asyncio.run(act(manager, "create"))
    request = CreateRequest(name="two", packages=("kern=1.0",))
    asyncio.run(manager.create(request, None, Recorder()))  # type: ignore[arg-type]
    names = [json.loads(path.read_text())["display_name"] for path in kernelspec.kernels_dir().glob("*/kernel.json")]
    assert sorted(names) == ["one", "two"]


def test_a_file_in_the_place_of_the_folder_is_told_and_kept(home: Path, tmp_path: Path) -> None:
    manager = manager_at(tmp_path, "plain")
    kernel_file().parent.parent.mkdir(parents=True)
    kernel_file().parent.write_text("mine")
    with pytest.raises(Exception, match="one"):
        asyncio.run(act(manager, "create"))
    assert kernel_file().parent.read_text() == "mine"
    assert asyncio.run(manager.environments()) == []
