"""The doctor says what solves take for granted of this machine and of others, and where each value came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.machine import current_platform
from jupyter_envs.manager.granted import in_words
from jupyter_envs.virtual import System

from .localchannel import LocalChannel
from .test_cli import Cli

LINUX = (("__unix", "0", "0"), ("__linux", "6.1", "0"), ("__glibc", "2.36", "0"), ("__archspec", "1", "zen4"))
ADMIN = "the configuration of Jupyter Envs"


def test_what_is_found_is_said_to_be_found() -> None:
    assert in_words(LINUX, "linux-64", System(), {}) == {
        "virtual __unix": "0 (found here)",
        "virtual __linux": "6.1 (found here)",
        "virtual __glibc": "2.36 (found here)",
        "virtual __archspec": "zen4 (found here)",
        "virtual __cuda": "none (found here)",
        "virtual, other machines": (
            "__linux 4.18 (default), __glibc 2.28 (default), __cuda none (default), __osx 13.0 (default)"
        ),
    }


def test_a_setting_wins_over_a_variable_and_counts_for_other_machines_too() -> None:
    system = System(cuda="12.4", macos="12.0")
    environ = {"CONDA_OVERRIDE_CUDA": "11.8", "CONDA_OVERRIDE_GLIBC": "2.17", "CONDA_OVERRIDE_OSX": "11"}
    found = in_words((*LINUX[:2], ("__glibc", "2.17", "0"), ("__cuda", "11.8", "0")), "linux-64", system, environ)
    assert found["virtual __cuda"] == f"12.4 ({ADMIN}, Manager.cuda)"
    assert found["virtual __glibc"] == "2.17 (CONDA_OVERRIDE_GLIBC)"
    # this machine is no Mac
    assert "virtual __osx" not in found
    assert f"__cuda 12.4 ({ADMIN}, Manager.cuda)" in found["virtual, other machines"]
    assert f"__osx 12.0 ({ADMIN}, Manager.macos)" in found["virtual, other machines"]
    assert "__glibc 2.28 (default)" in found["virtual, other machines"]


def test_a_variable_may_say_that_there_is_none() -> None:
    assert in_words(LINUX, "linux-64", System(), {"CONDA_OVERRIDE_CUDA": ""})["virtual __cuda"] == (
        "none (CONDA_OVERRIDE_CUDA)"
    )


@pytest.mark.skipif(current_platform() != "linux-64", reason="the numbers are those of a Linux machine")
def test_the_doctor_shows_it(
    home: Path, channel: LocalChannel, package_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDA_OVERRIDE_GLIBC", "2.17")
    cli = Cli(home, channel.file_url, package_cache)
    report = cli.good("doctor", "--json", "--Manager.cuda=12.4").json
    assert report["facts"]["virtual __glibc"] == "2.17 (CONDA_OVERRIDE_GLIBC)"
    assert report["facts"]["virtual __cuda"] == f"12.4 ({ADMIN}, Manager.cuda)"
    assert report["facts"]["virtual __linux"].endswith("(found here)")
    assert report["findings"] == []
    shown = cli.good("doctor", "--Manager.cuda=new").out
    assert "! “new” is no version of cuda." in shown and "Traceback" not in shown


def test_a_wrong_condarc_is_told_once(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    (home / ".condarc").write_text("channels: [a\n")
    found = Cli(home, channel.file_url, package_cache).good("doctor", "--json").json["findings"]
    assert [finding["code"] for finding in found] == ["condarc"]
