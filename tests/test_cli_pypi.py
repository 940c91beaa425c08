"""PyPI packages alone, as a user calls for them: no channel answers, and none is needed."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from jupyter_envs import envfile, lockfile

from .support.home import configure
from .support.pypi_index import PypiIndex, tiny_files
from .support.wheels import make_wheel
from .test_cli import Cli

NO_CHANNEL = "http://127.0.0.1:9/channel"
HERE = platform.python_version()


@pytest.fixture
def cli(home: Path, package_cache: Path, kernel_index: PypiIndex) -> Cli:
    made = Cli(home, NO_CHANNEL, package_cache)
    set_index(made, kernel_index, package_cache)
    return made


def set_index(cli: Cli, index: PypiIndex, cache: Path) -> None:
    """Have an index be the configured one."""
    settings = {"default_channels": [NO_CHANNEL], "pypi_index": index.simple_url, "compile_bytecode": False}
    configure(cli.home, {"Manager": {**settings, "cache_dir": str(cache)}})


def test_from_requirements_to_a_kernel_and_back(cli: Cli) -> None:
    (cli.work / "requirements.txt").write_text("# python: >=3.9\ntinydep==1.0\n")
    refused = cli("create", "--file", "requirements.txt", "--yes")
    assert refused.status == 2 and "needs a name" in refused.err
    said = cli.good("create", "shop", "--file", "requirements.txt", "--yes").out
    assert f"For Python {HERE} (" in said and "ipykernel was added" in said
    (listed,) = cli.good("list", "--json").json["environments"]
    assert (listed["engine"], listed["kernel"], listed["python"]) == ("pypi", "shop", HERE)
    assert "PyPI" in cli.good("list").out

    assert "can import them at once" in cli.good("install", "shop", "tinytext", "--yes").out
    assert cli("install", "shop", "tinywheel=1.0", "--yes").status == 2
    cli.good("remove", "shop", "tinytext", "--yes")
    cli.good("rollback", "shop", "--yes")
    assert cli.good("verify", "shop", "--json").json["ok"] is True
    assert cli.good("exec", "shop", "--", "python", "-c", "import tinytext; print(tinytext.version)").out == "2.0\n"

    text = cli.good("export", "shop", "--format", "requirements").out
    assert f"for Python {HERE} on" in text and "tinydep==1.0 \\\n    --hash=sha256:" in text
    minor = ".".join(HERE.split(".")[:2])
    assert f'requires-python = "=={minor}.*"' in cli.good("export", "shop", "--format", "pylock").out
    portable = envfile.parse(cli.good("export", "shop", "--format", "portable").out)
    assert (portable.conda, portable.pip) == (("python >=3.9", "pip"), ("tinydep==1.0", "tinytext"))
    full = envfile.parse(cli.good("export", "shop", "--format", "full").out)
    assert full.conda == (f"python={HERE}", "pip") and "tinywheel==1.1" in full.pip

    (cli.work / "again.txt").write_text(text)
    cli.good("create", "again", "--file", "again.txt", "--yes")
    assert cli.good("diff", "shop", "again", "--json").json["same"] is True
    for name in ("shop", "again"):
        cli.good("remove", name, "--yes")
    assert cli.good("list", "--json").json["environments"] == []


def test_a_requirements_file_is_locked_for_several_machines(cli: Cli) -> None:
    (cli.work / "requirements.txt").write_text("# python: >=3.9\ntinydep\ntinytext ; sys_platform == 'darwin'\n")
    argv = ("lock", "requirements.txt", "--platform", "linux-64", "--platform", "osx-arm64")
    with PypiIndex([*tiny_files(), make_wheel("ipykernel", "9.0")]) as index:
        set_index(cli, index, cli.home / "cache")
        cli.good(*argv, "--yes")
    lock = lockfile.parse((cli.work / "pylock.toml").read_bytes())
    names = {platform: {one.name for one in lock.for_platform(platform)} for platform in lock.platforms}
    assert names == {
        "linux-64": {"ipykernel", "tinydep", "tinywheel"},
        "osx-arm64": {"ipykernel", "tinydep", "tinytext", "tinywheel"},
    }
    assert lock.python == dict.fromkeys(lock.platforms, HERE)
    assert cli.good("lock", "requirements.txt", "--check", *argv[2:]).status == 0
    (cli.work / "requirements.txt").write_text("tinydep\n")
    assert cli("lock", "requirements.txt", "--check").status == 1
