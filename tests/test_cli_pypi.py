"""PyPI packages alone, as a user calls for them: no channel answers, and none is needed."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from jupyter_envs import envfile

from .support.home import configure
from .support.pypi_index import PypiIndex
from .test_cli import Cli

NO_CHANNEL = "http://127.0.0.1:9/channel"
HERE = platform.python_version()


@pytest.fixture
def cli(home: Path, package_cache: Path, kernel_index: PypiIndex) -> Cli:
    made = Cli(home, NO_CHANNEL, package_cache)
    index = kernel_index.simple_url
    settings = {"default_channels": [NO_CHANNEL], "cache_dir": str(package_cache), "pypi_index": index}
    configure(home, {"Manager": {**settings, "compile_bytecode": False}})
    return made


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
