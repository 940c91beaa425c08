"""Where conda's configuration files are looked for: real files in a home of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs import condaconfig
from jupyter_envs.channels import CondaSettings
from jupyter_envs.errors import InvalidFile


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_all_of_condas_places_in_its_order(tmp_path: Path) -> None:
    home = tmp_path / "home"
    variables = {"CONDA_ROOT": "root", "XDG_CONFIG_HOME": "xdg", "CONDA_PREFIX": "prefix", "CONDARC": "named.yml"}
    environ = {name: str(tmp_path / place) for name, place in variables.items()}
    lowest_first = [
        "root/.condarc",
        "root/condarc",
        "root/condarc.d/b.yaml",
        "xdg/conda/.condarc",
        "home/.config/conda/.condarc",
        "home/.config/conda/condarc.d/a.yml",
        "home/.config/conda/condarc.d/b.yml",
        "home/.conda/.condarc",
        "home/.conda/condarc",
        "home/.condarc",
        "prefix/.condarc",
        "named.yml",
    ]
    for number, name in enumerate(lowest_first):
        write(tmp_path / name, f"channels: [c{number}]\nchannel_alias: https://example.org/{number}\n")
    write(tmp_path / "root/condarc.d/ignored.txt", "no: yaml: at all")
    reading = condaconfig.load(environ, home)
    ours = [name for name in reading.files if name.startswith(str(tmp_path))]
    assert ours == [str(tmp_path / name) for name in lowest_first]
    assert reading.settings.channel_alias == "https://example.org/11"
    assert reading.settings.channels[:12] == tuple(f"c{number}" for number in range(11, -1, -1))


def test_nothing_is_there(tmp_path: Path) -> None:
    assert [name for name in condaconfig.load({}, tmp_path).files if name.startswith(str(tmp_path))] == []


def test_what_is_configured_for_us_wins_also_over_what_is_final(tmp_path: Path) -> None:
    write(tmp_path / ".condarc", "channels: [theirs] #!final\nssl_verify: false #!final\n")
    found = condaconfig.load({}, tmp_path, {"channels": ["ours"], "ssl_verify": "True"}).settings
    assert (found.channels, found.ssl_verify) == (("ours",), "true")
    assert found.origins["channels"] == f"ours ({condaconfig.ADMIN})"
    assert condaconfig.alone({}).settings == CondaSettings()


def test_the_home_folder_is_written_out_and_variables_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hush")
    write(tmp_path / ".condarc", "pkgs_dirs: [~/pkgs, $SECRET/pkgs]\nenvs_dirs: [~/envs]\nssl_verify: ~/ca.pem\n")
    reading = condaconfig.load({}, tmp_path)
    assert reading.settings.pkgs_dirs == (f"{tmp_path}/pkgs",)
    assert reading.settings.envs_dirs == (f"{tmp_path}/envs",)
    assert reading.settings.ssl_verify == f"{tmp_path}/ca.pem"
    assert "line 1, pkgs_dirs" in reading.notes[0]
    assert "hush" not in str(reading)


def test_a_file_that_is_not_understood_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / ".condarc", "channels:\n\t- a\n")
    with pytest.raises(InvalidFile, match="line 2") as caught:
        condaconfig.load({}, tmp_path)
    assert caught.value.fields["path"] == str(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / ".condarc").symlink_to("/proc/self/mem")
    reading = condaconfig.load({}, tmp_path)
    assert any("cannot be read" in note for note in reading.notes)
