"""Activation is found out once and written into the kernel."""

from __future__ import annotations

from pathlib import Path
from string import Template

import pytest

from jupyter_envs.engine.activation import capture, expand, virtual
from jupyter_envs.errors import EngineFailed


def script(prefix: Path, name: str, text: str) -> None:
    folder = prefix / "etc" / "conda" / "activate.d"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def expanded(value: str) -> str:
    """As jupyter_client does at a kernel's start."""
    return Template(value).safe_substitute({"PATH": "/user/bin"})


def test_without_scripts(tmp_path: Path) -> None:
    env = capture(tmp_path, "penguins", {"COST": "5$"})
    assert env["CONDA_PREFIX"] == str(tmp_path)
    assert env["CONDA_DEFAULT_ENV"] == "penguins"
    assert expanded(env["PATH"]) == f"{tmp_path}/bin:/user/bin"
    assert expanded(env["COST"]) == "5$"


def test_a_virtual_environment_has_no_scripts_and_nothing_of_conda(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").touch()
    script(tmp_path, "a.sh", "exit 1\n")
    env = capture(tmp_path, "shop", {"COST": "5$", "PATH": "/mine"})
    assert env == {"COST": "5$$", "PATH": f"{tmp_path}/bin:${{PATH}}", "VIRTUAL_ENV": str(tmp_path)}


def test_scripts_run_in_order_and_see_the_variables(tmp_path: Path) -> None:
    script(tmp_path, "b.sh", 'export B="$A and $MINE"\n')
    script(tmp_path, "a.sh", "export A='x \"y\" $z é'\necho noise\n")
    env = capture(tmp_path, "penguins", {"MINE": "yes"})
    assert expanded(env["A"]) == 'x "y" $z é'
    assert expanded(env["B"]) == 'x "y" $z é and yes'


def test_a_script_may_change_the_path(tmp_path: Path) -> None:
    script(tmp_path, "a.sh", 'export PATH="$CONDA_PREFIX/sbin:$PATH"\n')
    assert expanded(capture(tmp_path, "x", {})["PATH"]) == f"{tmp_path}/sbin:{tmp_path}/bin:/user/bin"


def test_nothing_of_the_servers_environment_is_captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "canary")
    script(tmp_path, "a.sh", "export SEEN=$(env | grep -c canary)\n")
    env = capture(tmp_path, "x", {})
    assert env["SEEN"] == "0"
    assert "canary" not in str(env)
    assert "HOME" not in env


def test_stored_variables_are_conda_s_own(tmp_path: Path) -> None:
    folder = tmp_path / "etc" / "conda" / "env_vars.d"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text('{"FROM_PACKAGE": "1"}')
    assert capture(tmp_path, "x", {})["FROM_PACKAGE"] == "1"


def test_a_script_that_fails_is_named(tmp_path: Path) -> None:
    script(tmp_path, "bad.sh", "exit 3\n")
    with pytest.raises(EngineFailed, match=r"bad\.sh"):
        capture(tmp_path, "x", {})


def test_names_of_scripts_are_not_read_by_a_shell(tmp_path: Path) -> None:
    script(tmp_path, "$(touch pwned); x.sh", "export FINE=1\n")
    assert capture(tmp_path, "x", {})["FINE"] == "1"
    assert not (tmp_path / "pwned").exists()


def test_variables_that_conda_stored_are_set_and_unset_ones_are_not(tmp_path: Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    state = tmp_path / "conda-meta" / "state"
    state.write_text('{"version": 1, "env_vars": {"KEPT": "a $b", "GONE": "***unset***"}}')
    found = capture(tmp_path, "sci", {})
    assert found["KEPT"] == "a $$b" and "GONE" not in found
    state.write_text("{")
    with pytest.raises(EngineFailed, match="state"):
        capture(tmp_path, "sci", {})


@pytest.mark.parametrize("name", ["plain", "a b", 'it\'s "x"', "é {x}", "$HOME ${PATH} $$"])
def test_a_virtual_environment_is_activated_wherever_it_is(name: str) -> None:
    prefix = Path("/envs", name)
    found = expand(virtual(prefix), {"PATH": "/usr/bin", "HOME": "/home"})
    assert found == {"PATH": f"{prefix}/bin:/usr/bin", "VIRTUAL_ENV": str(prefix)}
