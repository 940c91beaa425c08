"""Another tool's ``pylock.toml``: which of its files are for a machine, as the format's own reader chooses."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
import uv
from packaging.pylock import PackageWheel, Pylock

from jupyter_envs import formats, pylock_choice
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import InvalidFile, PackageRefused
from jupyter_envs.manager import CreateRequest
from jupyter_envs.virtual import System

from .support.managing import Recorder, make_manager
from .support.pypi_index import PypiIndex
from .test_pypi_environments import HERE, NO_CHANNEL

FILES = (
    "fast-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "fast-1.0-cp312-cp312-manylinux_2_34_x86_64.whl",
    "fast-1.0-cp312-cp312-macosx_11_0_arm64.whl",
    "fast-1.0-cp311-abi3-win_amd64.whl",
    "fast-1.0-cp313-cp313-musllinux_1_2_x86_64.whl",
)


def wheel(name: str) -> str:
    digest = f"{abs(hash(name)) % 16**60:064x}"
    return f'{{ name = "{name}", url = "https://pypi.example.org/files/{name}", hashes = {{ sha256 = "{digest}" }} }}'


TEXT = f"""
lock-version = "1.0"
requires-python = ">=3.9"
created-by = "somebody"
default-groups = ["main"]
dependency-groups = ["main", "dev"]

[[packages]]
name = "fast"
version = "1.0"
wheels = [
  {", ".join(map(wheel, FILES))}
]

[[packages]]
name = "only-mac"
version = "2"
marker = "sys_platform == 'darwin'"
wheels = [{wheel("only_mac-2-py3-none-any.whl")}]

[[packages]]
name = "tool"
version = "3"
marker = "'dev' in dependency_groups"
wheels = [{wheel("tool-3-py3-none-any.whl")}]

[[packages]]
name = "usual"
version = "4"
marker = "'main' in dependency_groups and python_version >= '3.8'"
sdist = {{ url = "https://pypi.example.org/files/usual-4.tar.gz", hashes = {{ sha256 = "{"a" * 64}" }} }}
"""


@pytest.mark.parametrize(
    ("platform", "system", "file"),
    [
        ("linux-64", System(), FILES[0]),
        ("linux-64", System(glibc="2.35"), FILES[1]),
        ("osx-arm64", System(), FILES[2]),
        ("win-64", System(), FILES[3]),
    ],
)
def test_the_files_for_a_machine(platform: str, system: System, file: str) -> None:
    root = pylock_choice.read(TEXT)
    lock = pylock_choice.choose(root, platform, "3.12.1", system)
    assert lock.platforms == (platform,) and lock.python == {platform: "3.12.1"}
    found = {one.name: one.url.rpartition("/")[2] for one in lock.packages}
    assert found.pop("fast") == file
    assert set(found) == {"usual"} | ({"only-mac"} if platform == "osx-arm64" else set())
    assert pylock_choice.wished_python(root) == ">=3.9"


@pytest.mark.parametrize("platform", ["linux-64", "osx-arm64", "win-64"])
def test_the_format_s_own_reader_chooses_the_same(platform: str) -> None:
    root = pylock_choice.read(TEXT)
    order = list(pylock_choice.tags_of(platform, "3.12.1"))
    environment = pylock_choice.markers_of(platform, "3.12.1")
    theirs = {
        str(package.name): file.name
        for package, file in Pylock.from_dict(root.values).select(environment=environment, tags=order)  # type: ignore[arg-type]
        if isinstance(file, PackageWheel)
    }
    ours = {one.name: one.url.rpartition("/")[2] for one in pylock_choice.choose(root, platform, "3.12.1").packages}
    assert theirs == {name: file for name, file in ours.items() if file.endswith(".whl")}


def test_no_file_for_a_machine_is_named() -> None:
    with pytest.raises(PackageRefused, match=r"fast of the lock has no file for Python 3\.10\.2"):
        pylock_choice.choose(pylock_choice.read(TEXT), "osx-arm64", "3.10.2")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("sys_platform == 'darwin'", "sys_platform ==", "a marker"),
        ('"only_mac-2-py3-none-any.whl", url', '"only_mac.whl", url', "a wheel's file name"),
        (f'sha256 = "{"a" * 64}"', 'md5 = "abc"', "no sha256"),
        (
            "sdist = {",
            'vcs = { type = "git", url = "https://example.org/x", commit-id = "abc" }\nodd = {',
            "has no hash",
        ),
        ('">=3.9"', '"new"', "a condition such as"),
        ('lock-version = "1.0"', 'lock-version = "3"', "version '3'"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(before: str, after: str, words: str) -> None:
    assert before in TEXT
    with pytest.raises(InvalidFile, match=words):
        root = pylock_choice.read(TEXT.replace(before, after, 1))
        pylock_choice.wished_python(root)
        pylock_choice.choose(root, "osx-arm64", "3.12.1")


def test_what_uv_locked_is_what_is_installed(home: Path, kernel_index: PypiIndex, package_cache: Path) -> None:
    (home / "requirements.in").write_text("tinydep\nipykernel\n")
    argv = [uv.find_uv_bin(), "pip", "compile", "requirements.in", "--default-index", kernel_index.simple_url]
    subprocess.run([*argv, "--format", "pylock.toml", "-o", "pylock.toml"], cwd=home, check=True, capture_output=True)
    text = (home / "pylock.toml").read_text()
    assert formats.read(text, source="pylock.toml").text == text
    manager = make_manager(home, NO_CHANNEL, package_cache, pypi_index=kernel_index.simple_url)
    request = CreateRequest(name="shop", file=text, filename="pylock.toml")
    asyncio.run(manager.create(request, DiskDocuments(home), Recorder()))
    detail = asyncio.run(manager.environment("shop"))
    wanted = {str(one.name): str(one.version) for one in Pylock.from_dict(pylock_choice.read(text).values).packages}
    assert {one.name: one.version for one in detail.packages if one.name in wanted} == wanted
    assert (detail.to_json()["engine"], detail.to_json()["python"]) == ("pypi", HERE)
