"""Files of pip, pipenv and uv that should not work, and those that need a yes: every kind of file, every rule.

What each format's reader refuses by itself is tested with the reader; here a real uv asks real servers on 127.0.0.1.
Indexes that want credentials: `test_pypi_private_indexes`. Withdrawn releases: `test_pypi_withdrawn`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import lockfile, pylock
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError, Forbidden, InvalidFile, InvalidSpec, NotFound, PackageRefused, Unsolvable
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import Lock, Package, Plan
from jupyter_envs.redact import told

from .support.counts import tell
from .support.made_channel import write_channel
from .support.managing import Recorder, make_manager, tree
from .support.pypi_index import PypiIndex
from .support.pypi_kinds import KINDS, WITH_HASHES, Wish, enough_files, file_of, pipfile_lock
from .support.wheels import make_wheel
from .test_pypi_environments import HERE, NO_CHANNEL

WRONG = "0" * 64
CASES: Counter[str] = Counter()


class World:
    """An index whose requests are the test's own, no channel, and a cache and a folder of the test's own."""

    def __init__(self, home: Path, index: PypiIndex) -> None:
        self.home = home
        self.index = index
        self.folder = home / "work"
        self.folder.mkdir()

    def manager(self, **options: Any) -> Manager:
        channel = options.pop("channel", NO_CHANNEL)
        return make_manager(self.home, channel, self.home / "cache", pypi_index=self.index.simple_url, **options)

    def wish(self, name: str = "tinywheel", **more: str) -> Wish:
        return Wish(file_of(self.index.files, name), self.index.simple_url, **more)

    def plan(self, asked: CreateRequest, **options: Any) -> Plan:
        return asyncio.run(self.manager(**options).plan(asked, DiskDocuments(self.folder), Recorder()))

    def create(self, asked: CreateRequest, **options: Any) -> None:
        asyncio.run(self.manager(**options).create(asked, DiskDocuments(self.folder), Recorder()))

    def refused(self, do: Callable[..., object], asked: CreateRequest, **options: Any) -> EnvsError:
        """The error, which says what to do next; nothing is left of the attempt."""
        before = self.left()
        with pytest.raises(EnvsError) as caught:
            do(asked, **options)
        assert self.left() == before
        assert caught.value.hints or "; expected " in caught.value.message
        return caught.value

    def left(self) -> list[str]:
        return [path for path in tree(self.home / "envs") if not path.startswith(".")]


@pytest.fixture
def world(home: Path) -> Iterator[World]:
    with PypiIndex(enough_files()) as index:
        yield World(home, index)


def request(kind: str, wish: Wish, name: str = "pure") -> CreateRequest:
    filename, text = KINDS[kind]
    return CreateRequest(name=name, file=text(wish), filename=filename)


def lines(*said: str) -> CreateRequest:
    return CreateRequest(name="pure", file="".join(f"{line}\n" for line in said), filename="requirements.txt")


def section(*said: str) -> CreateRequest:
    return CreateRequest(name="pure", file=json.dumps({"dependencies": [{"pip": said}]}), filename="environment.yml")


# ---- packages that have to be built, and those that are not there


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_without_a_wheel_is_refused_or_asked_about(kind: str, world: World) -> None:
    asked, trace = request(kind, world.wish("tinysource")), world.home / "tinysource-was-built"
    error = world.refused(world.plan, asked)
    assert isinstance(error, Forbidden if kind == "pylock" else Unsolvable)
    assert "tinysource" in error.message
    assert [hint for hint in error.hints if "Manager.allow_source_builds" in hint]
    found = world.plan(asked, allow_source_builds=True)
    assert [line for line in found.runs_code if line.startswith("tinysource 1.0: is built from source")]
    assert not trace.exists()
    CASES["packages without a wheel"] += 1


@pytest.mark.parametrize("kind", ["requirements", "pylock"])
def test_what_was_asked_about_is_built_when_the_environment_is(kind: str, world: World) -> None:
    world.create(request(kind, world.wish("tinysource")), allow_source_builds=True)
    assert (world.home / "tinysource-was-built").exists()


def test_only_what_the_file_names_is_built(world: World) -> None:
    world.index.files.append(make_wheel("tinyneeds", "1.0", requires=["tinysource"]))
    error = world.refused(world.plan, lines("tinyneeds"), allow_source_builds=True)
    assert isinstance(error, Unsolvable)
    assert [hint for hint in error.hints if "name tinysource in it" in hint]
    assert world.plan(lines("tinyneeds", "tinysource"), allow_source_builds=True).runs_code
    assert not (world.home / "tinysource-was-built").exists()


@pytest.mark.parametrize(
    "asked",
    [
        lines("tinywheel"),
        lines("--no-deps", "tinywheel"),
        CreateRequest(name="x", packages=("ipykernel",), engine="pypi"),
    ],
)
def test_an_index_without_ipykernel_is_told_as_that(asked: CreateRequest, world: World) -> None:
    world.index.files = [one for one in world.index.files if one.name != "ipykernel"]
    error = world.refused(world.plan, asked)
    assert isinstance(error, Unsolvable)
    assert [hint for hint in error.hints if "needs ipykernel, and the index does not have it" in hint]
    assert ("nobody asked for" in error.message) is (asked.file is not None)


def test_a_kernel_for_which_there_is_no_room_is_told_as_that(world: World) -> None:
    world.index.files = [one for one in world.index.files if one.name != "ipykernel"]
    world.index.files.append(make_wheel("ipykernel", "7.0", requires=["tinywheel>=1.1"]))
    error = world.refused(world.plan, lines("tinywheel==1.0"))
    assert isinstance(error, Unsolvable)
    assert "but not with ipykernel, which a notebook's kernel needs" in error.message
    assert not [hint for hint in error.hints if "does not have it" in hint]


def test_a_name_that_the_index_does_not_know(world: World) -> None:
    error = world.refused(world.plan, lines("tinywheeel"))
    assert [hint for hint in error.hints if hint.startswith("Check the package's name")]


# ---- hashes


@pytest.mark.parametrize("kind", WITH_HASHES)
def test_a_file_with_another_hash_is_refused(kind: str, world: World) -> None:
    do = world.create if kind == "pylock" else world.plan  # a lock that says all is believed until its file comes
    error = world.refused(do, request(kind, world.wish(sha256=WRONG)))
    assert isinstance(error, PackageRefused)
    assert "tinywheel" in error.message
    CASES["wrong hashes"] += 1


@pytest.mark.parametrize("write", [lockfile.write, pylock.write], ids=["conda-lock", "pylock"])
def test_so_it_is_with_our_own_locks(write: Callable[[Lock], str], world: World) -> None:
    """Also where the right file is in the cache already."""
    world.create(CreateRequest(name="right", lock=write(lock_of(world))))
    error = world.refused(world.create, CreateRequest(name="wrong", lock=write(lock_of(world, sha256=WRONG))))
    assert isinstance(error, PackageRefused)
    assert "tinywheel" in error.message
    CASES["wrong hashes"] += 1


def lock_of(world: World, python: str = HERE, **more: str) -> Lock:
    """A lock of one package for this machine."""
    wish, platform = world.wish(**more), world.manager().platform
    package = Package(wish.file.name, wish.version, "pip", platform, url=wish.url, sha256=wish.digest)
    return Lock((package,), platforms=(platform,), python={platform: python})


def test_a_lock_of_several_hashes_takes_the_file_that_has_one_of_them(world: World) -> None:
    wish = world.wish()
    text = json.loads(pipfile_lock(wish))
    text["default"]["tinywheel"]["hashes"].insert(0, f"sha256:{WRONG}")
    found = world.plan(CreateRequest(name="pure", file=json.dumps(text), filename="Pipfile.lock"))
    assert [one.sha256 for one in found.added if one.name == "tinywheel"] == [wish.file.sha256]


# ---- the interpreter


@pytest.mark.parametrize("kind", KINDS)
def test_a_python_that_is_missing_is_named_with_those_that_are_here(kind: str, world: World) -> None:
    """Where no channel has it either."""
    channel = write_channel(world.home / "channel", [])
    error = world.refused(world.plan, request(kind, world.wish(python="==3.77.*")), channel=channel)
    names_what_is_here(error)
    assert world.index.requests == []


@pytest.mark.parametrize("write", [lockfile.write, pylock.write], ids=["conda-lock", "pylock"])
def test_our_own_locks_name_it_too(write: Callable[[Lock], str], world: World) -> None:
    names_what_is_here(world.refused(world.plan, CreateRequest(name="pure", lock=write(lock_of(world, "3.77.1")))))


def names_what_is_here(error: EnvsError) -> None:
    assert isinstance(error, NotFound)
    assert error.message == "There is no Python ==3.77.* on this machine."
    assert [hint for hint in error.hints if HERE in hint]
    assert error.fields["python"] == "==3.77.*"
    CASES["Pythons that are missing"] += 1


# ---- variables

VARIABLE = "LOGNAME"  # one that the engine may see, so that only not filling it in keeps it
CANARY = "canary4711"


def places(kind: str, wish: Wish, form: str) -> Iterator[tuple[str, str]]:
    """The file with a variable in each place of the wish that it has, and the value with which it would work."""
    text, address = KINDS[kind][1](wish), wish.url.replace("/files/", f"/{form}/")
    for old, new, value in (
        (wish.index, wish.index.replace("/simple", f"/{form}/simple"), CANARY),
        (wish.url, address, "files"),
        (wish.pin, f"{wish.file.name} @ {address}", "files"),
        (f"=={wish.version}", f"=={form}", wish.version),
    ):
        if old in text:
            yield text.replace(old, new), value


@pytest.mark.parametrize("form", ["${LOGNAME}", "$LOGNAME"])
@pytest.mark.parametrize("kind", KINDS)
def test_variables_are_never_filled_in(kind: str, form: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is the address with the value asked, nor does the file work with it."""
    found = list(places(kind, world.wish(), form))
    do = world.create if kind == "pylock" else world.plan
    for text, value in found:
        monkeypatch.setenv(VARIABLE, value)
        error = world.refused(do, CreateRequest(name="pure", file=text, filename=KINDS[kind][0]))
        assert CANARY not in json.dumps(told(error))
        CASES["variables"] += 1
    assert found
    assert not [path for path in world.index.paths() if CANARY in path]


@pytest.mark.parametrize("asked", [lines("-r more.txt"), lines("-c more.txt", "tinywheel"), section("-r more.txt")])
@pytest.mark.parametrize("line", ["--index-url {}", "tinywheel @ {}/tinywheel-1.0-py3-none-any.whl", "tinywheel=={}"])
def test_nor_are_they_in_files_that_a_file_names(
    asked: CreateRequest, line: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "1.0" if "==" in line else world.index.url)
    (world.folder / "more.txt").write_text(line.format("${LOGNAME}") + "\n")
    error = world.refused(world.plan, asked)
    assert isinstance(error, InvalidFile)
    assert error.message.startswith("more.txt, line 1: ")
    assert [hint for hint in error.hints if hint.startswith("Write what it stands for")]
    assert world.index.requests == []
    CASES["variables"] += 1


# ---- options and requirements that run code, or lead elsewhere

OPTIONS = (
    "--config-settings=a=b", "--config-setting a=b", "-C a=b", "--global-option=x", "--build-option=x",
    "--install-option=x", "--no-build-isolation", "--use-pep517", "--build-constraint x.txt", "--python=/bin/sh",
    "--target=/tmp/x", "--prefix=/tmp", "--root=/", "--user", "--cert=x.pem", "--client-cert=x.pem",
    "--proxy=http://127.0.0.1:9", "--log=/tmp/x", "--cache-dir=/tmp/x", "--src=/tmp/x", "--keyring-provider=subprocess",
    "--use-feature=x", "--config-file=x", "--env-file=.env", "--group dev", "--requirements-from-script x.py",
)  # fmt: skip


@pytest.mark.parametrize("option", OPTIONS)
def test_options_that_run_code_or_lead_elsewhere_are_refused(option: str, world: World) -> None:
    """A line of its own and behind a requirement; in each kind of file; also where builds are allowed."""
    for said in (["tinywheel", option], [f"tinywheel {option}"]):
        (world.folder / "more.txt").write_text("".join(f"{line}\n" for line in said))
        for asked in (lines(*said), section(*said), lines("-r more.txt"), section("-r more.txt")):
            error = world.refused(world.plan, asked, allow_source_builds=True)
            assert isinstance(error, InvalidFile)
            assert re.split(r"[ =]", option)[0] in error.message
            assert [hint for hint in error.hints if hint.startswith("Leave the option out")]
            CASES["options in files"] += 1
    assert world.index.requests == []


ELSEWHERE = (
    "tinywheel @ git+http://127.0.0.1:9/x.git", "tinywheel @ file:///tmp/tinywheel-1.0-py3-none-any.whl",
    "tinywheel @ file:tinywheel-1.0-py3-none-any.whl", "tinywheel @ http://127.0.0.1:9/tinywheel-1.0.tar.gz",
    "tinywheel @ ftp://127.0.0.1:9/tinywheel-1.0-py3-none-any.whl",
)  # fmt: skip
IN_LINES = ("-e .", "--editable .", ".", "./folder", "git+http://127.0.0.1:9/x.git", "/tmp/tinywheel-1.0.tar.gz")


@pytest.mark.parametrize("line", [*ELSEWHERE, *IN_LINES])
def test_requirements_that_no_lock_can_hold_are_refused(line: str, world: World) -> None:
    wish = world.wish()
    projects = [replace(request(kind, wish), file=KINDS[kind][1](wish).replace(wish.pin, line)) for kind in SHORT]
    for asked in (lines(line), section(line), *(projects if line in ELSEWHERE else [])):
        error = world.refused(world.plan, asked)
        assert isinstance(error, InvalidSpec)
        assert f"“{line}” cannot be used" in error.message
        CASES["requirements that lead elsewhere"] += 1
    assert world.index.requests == []


SHORT = ("pyproject", "script", "notebook")


@pytest.mark.parametrize("said", [["--pre"], ["--trusted-host 127.0.0.1"], ["--no-deps"]])
def test_options_that_may_stand_there_stand_in_the_plan(said: Sequence[str], world: World) -> None:
    world.index.files.append(make_wheel("tinywheel", "2.0a1"))
    for asked in (lines(*said, "tinywheel"), section(*said, "tinywheel")):
        found = world.plan(asked)
        assert found.pip == (*said, "tinywheel")
        version = {one.name: one.version for one in found.added}["tinywheel"]
        assert version == ("2.0a1" if said == ["--pre"] else "1.1")


TABLES: Mapping[str, str] = {
    "pyproject": '[tool.uv]\nindex-url = "{evil}"\nno-build-isolation = true\nconfig-settings = {{ a = "b" }}\n'
    '[[tool.uv.index]]\nurl = "{evil}"\ndefault = true\n'
    '[build-system]\nrequires = ["evil"]\nbuild-backend = "evil"\nbackend-path = ["."]\n',
    "Pipfile": '[scripts]\nrun = "touch was-run"\n[docs]\nevil = "*"\n',
}


@pytest.mark.parametrize("kind", TABLES)
def test_what_other_tools_obey_is_not_obeyed(kind: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of the file, what lies about in the working folder (uv.toml, pip.conf, .env) or at home, and variables."""
    monkeypatch.chdir(world.folder)
    filename, text = KINDS[kind]
    with PypiIndex([make_wheel("evil", "1.0"), *world.index.files]) as evil:
        file = text(world.wish()) + TABLES[kind].format(evil=evil.simple_url)
        traps = {
            "uv.toml": f'extra-index-url = ["{evil.simple_url}"]\n',
            "pip.conf": f"[global]\nindex-url = {evil.simple_url}\n",
            ".env": f"UV_DEFAULT_INDEX={evil.simple_url}\n", filename: file,
        }  # fmt: skip
        for name, said in traps.items():
            (world.folder / name).write_text(said)
        (world.home / ".config" / "uv").mkdir(parents=True)
        (world.home / ".config" / "uv" / "uv.toml").write_text(traps["uv.toml"])
        for variable in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
            monkeypatch.setenv(variable, evil.simple_url)
        found = world.plan(CreateRequest(name="pure", file=file, filename=filename))
        assert evil.requests == []
    assert {one.name: one.version for one in found.added} == {"tinywheel": "1.0", "ipykernel": "7.0"}
    assert [note for note in found.notes if note.startswith("Not read: ")]
    assert {path.name for path in world.folder.iterdir()} == set(traps)


def test_the_count() -> None:
    for what, number in CASES.items():
        tell("T16, files of PyPI packages alone", what, number, number)
