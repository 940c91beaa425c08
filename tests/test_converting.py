"""``jupyter envs convert``: a file for the other engine, which then really makes the environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import uv

from jupyter_envs import envfile

from .localchannel import LocalChannel
from .support.home import configure
from .support.pypi_index import PypiIndex
from .test_cli import Cli
from .test_cli_pypi import NO_CHANNEL


@pytest.fixture
def cli(home: Path, channel: LocalChannel, package_cache: Path, kernel_index: PypiIndex) -> Cli:
    made = Cli(home, channel.file_url, package_cache)
    settings = {"default_channels": [channel.file_url], "pypi_index": kernel_index.simple_url}
    configure(home, {"Manager": {**settings, "cache_dir": str(package_cache), "compile_bytecode": False}})
    return made


def test_from_pypi_to_conda_with_what_the_channel_has(cli: Cli, channel: LocalChannel) -> None:
    (cli.work / "requirements.txt").write_text("# python: >=3.9\ntinytext<2\ntinydep==1.0\ntinytext-no>=1\n")
    done = cli.good("convert", "requirements.txt", "--to", "conda")
    asked = envfile.parse(done.out)
    assert asked.conda == ("python >=3.9", "tinytext <2", "pip")
    assert asked.pip == ("tinydep==1.0", "tinytext-no>=1")
    assert asked.channels == (channel.file_url,)
    assert "note: tinytext is conda's tinytext now." in done.err
    assert "note: These stay in the pip section: tinydep==1.0, tinytext-no>=1." in done.err

    (cli.work / "requirements.txt").write_text("tinytext<2\n")
    cli.good("convert", "requirements.txt", "--to", "conda", "--output", "environment.yml")
    cli.good("create", "made", "--file", "environment.yml", "--yes")
    (listed,) = cli.good("list", "--json").json["environments"]
    assert listed["engine"] == "conda"
    text = cli.good("export", "made", "--format", "no-builds").out
    full = envfile.parse(text)
    assert "tinytext=1.0" in full.conda and full.pip == ()


def test_a_version_that_the_channel_lacks_stays_with_pypi(cli: Cli) -> None:
    (cli.work / "requirements.txt").write_text("tinytext>=7\n")
    assert envfile.parse(cli.good("convert", "requirements.txt", "--to", "conda").out).pip == ("tinytext>=7",)


def test_from_conda_to_pypi(cli: Cli) -> None:
    text = "name: one\nchannels: [other]\ndependencies: [python >=3.9, pip, {pip: [tinydep]}]\n"
    (cli.work / "environment.yml").write_text(text)
    done = cli.good("convert", "environment.yml", "--to", "pypi")
    assert done.out == "# python: >=3.9\ntinydep\n"
    assert "note: No channel is asked: other." in done.err
    (cli.work / "requirements.txt").write_text(done.out)
    cli.good("create", "made", "--file", "requirements.txt", "--yes")
    assert cli.good("list", "--json").json["environments"][0]["engine"] == "pypi"
    (cli.work / "environment.yml").write_text(text.replace("pip, {", "tinyblob, pip, {"))
    refused = cli("convert", "environment.yml", "--to", "pypi")
    assert refused.status != 0 and "needs conda packages: tinyblob" in refused.err
    variables = "dependencies: [python, {pip: [tinydep]}]\nvariables: {N: '1'}\n"
    (cli.work / "environment.yml").write_text(variables)
    assert envfile.parse(cli.good("convert", "environment.yml", "--to", "pypi").out).variables == {"N": "1"}


def test_where_no_channel_answers_all_stay(cli: Cli) -> None:
    configure(cli.home, {"Manager": {"default_channels": [NO_CHANNEL]}})
    (cli.work / "requirements.txt").write_text("tinytext\n")
    done = cli.good("convert", "requirements.txt", "--to", "conda")
    assert envfile.parse(done.out).pip == ("tinytext",)
    assert "The channels were not asked" in done.err


def test_a_file_for_the_other_engine_is_not_taken_for_this_one(cli: Cli) -> None:
    (cli.work / "requirements.txt").write_text("tinydep\n")
    done = cli("create", "made", "--file", "requirements.txt", "--conda", "--yes")
    assert done.status == 2 and "jupyter envs convert" in done.err
    assert cli.good("list", "--json").json["environments"] == []


def test_what_is_no_wish_and_what_is_missing(cli: Cli) -> None:
    (cli.work / "requirements.txt").write_text("tinytext\n")
    assert cli("convert", "requirements.txt").status == 2
    assert "nothing.txt" in cli("convert", "nothing.txt", "--to", "conda").err
    (cli.work / "folder").mkdir()
    assert cli("convert", "folder", "--to", "conda").status != 0
    (cli.work / "requirements.txt").write_bytes(b"\xff")
    assert cli("convert", "requirements.txt", "--to", "conda").status == 2


def test_an_environment_with_what_was_installed_in_it_by_hand(cli: Cli, kernel_index: PypiIndex) -> None:
    (cli.work / "requirements.txt").write_text("tinydep==1.0\n")
    cli.good("create", "made", "--file", "requirements.txt", "--yes")
    prefix = Path(cli.good("list", "--json").json["environments"][0]["prefix"])
    install = ["--python", str(prefix / "bin" / "python"), "--default-index", kernel_index.simple_url, "tinytext==1.0"]
    subprocess.run([uv.find_uv_bin(), "pip", "install", *install], check=True, capture_output=True)
    (cli.work / "made").mkdir()
    done = cli.good("convert", "made", "--to", "conda", "--json").json
    assert (done["engine"], done["filename"]) == ("conda", "environment.yml")
    asked = envfile.parse(done["text"])
    assert (asked.conda, asked.pip) == (("python", "tinytext ==1.0", "pip"), ("tinydep==1.0",))
    assert "tinytext is conda's tinytext now." in done["notes"]
    assert cli.good("convert", "made", "--to", "pypi").out == "tinydep==1.0\ntinytext==1.0\n"
