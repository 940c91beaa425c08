"""What only this machine has: no path of the home folder leaves in an export, and all that is left out is said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import envfile, exports, lockfile
from jupyter_envs.exports import FORMATS, Origin, Source
from jupyter_envs.machine import current_platform
from jupyter_envs.manager import Manager
from jupyter_envs.models import Lock, Package, Spec

from .localchannel import LocalChannel
from .pure_values import CHANNEL, IDNA, OPENSSL, PYTHON, pip_package
from .support.managing import create
from .support.small_channel import small_channel
from .test_cli import Cli

HOME = "/home/ada b"
IN_URL = "file:///home/ada%20b"
HIDDEN = f"{IN_URL}/private"


def wheel(url: str, name: str = "mine") -> Package:
    return replace(pip_package(name), url=url)


def locked(*packages: Package, channels: tuple[str, ...] = (CHANNEL,), **about: Any) -> Source:
    """An environment that is just as it was locked."""
    platforms = tuple(dict.fromkeys(package.platform for package in packages))
    lock = Lock(packages, channels, platforms, content_hash={"linux-64": "0" * 64})
    here = tuple(package for package in packages if package.platform == "linux-64")
    return Source("penguins", "linux-64", here, lock=lock, homes=(HOME,), **about)


def test_a_lock_that_did_not_drift_leaves_out_a_wheel_of_the_home_folder_and_says_so() -> None:
    elsewhere = replace(wheel(f"{HIDDEN}/other-1.0.whl", "other"), platform="osx-arm64")
    export = exports.write(locked(PYTHON, IDNA, wheel(f"{HIDDEN}/mine-1.0.whl"), elsewhere), "conda-lock")
    read = lockfile.parse(export.text)
    assert read.packages == (PYTHON, IDNA)
    # it is no whole answer to what was asked for any more
    assert read.content_hash == {}
    assert export.notes == (
        "mine 1.0 was installed from files of this machine: it is left out.",
        "other 1.0 was installed from files of this machine: it is left out.",
    )


@pytest.mark.parametrize("format", ["conda-lock", "explicit"])
@pytest.mark.parametrize("drifted", [True, False])
def test_a_channel_of_the_home_folder_is_written_without_it(format: str, drifted: bool) -> None:
    local = replace(OPENSSL, url=OPENSSL.url.replace(CHANNEL, f"{HIDDEN}/channel"))
    source = locked(local, PYTHON, channels=(f"{HIDDEN}/channel", CHANNEL))
    if drifted:
        source = replace(source, packages=(*source.packages, replace(IDNA, version="4")))
    export = exports.write(source, format)
    packages = {package.name: package for package in lockfile.parse(export.text).packages}
    assert packages["openssl"].url == OPENSSL.url.replace(CHANNEL, "file:///~/private/channel")
    assert packages["openssl"].sha256 == OPENSSL.sha256 and packages["python"].url == PYTHON.url
    assert "/home" not in export.text
    said = "The channel file:///~/private/channel is a folder of your home folder, which is written as ~"
    assert [note for note in export.notes if note.startswith(said)] == [f"{said}: it cannot be used elsewhere."]


@pytest.mark.parametrize("format", ["conda-lock", "pylock"])
def test_a_wheel_of_another_folder_stays_and_it_is_said(format: str) -> None:
    export = exports.write(locked(PYTHON, wheel("file:///srv/wheels/mine-1.0-py3-none-any.whl")), format)
    assert "file:///srv/wheels/mine-1.0-py3-none-any.whl" in export.text
    assert "mine 1.0 is a file of this machine, file:///srv/wheels/mine-1.0-py3-none-any.whl" in " ".join(export.notes)


@pytest.mark.parametrize("format", ["portable", "from-history"])
@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("-e ./x", "beside that folder: send ./x along"),
        ("-e .", "beside that folder: send . along"),
        ("--editable x", "beside that folder: send x along"),
        ("./wheels/y-1.0-py3-none-any.whl", "beside that folder: send ./wheels/y-1.0-py3-none-any.whl along"),
        ("--find-links wheels", "beside that folder: send wheels along"),
        ("-r more.txt", "beside that folder: send more.txt along"),
        ("z @ file:///srv/z-1.0-py3-none-any.whl", "where file:///srv/z-1.0-py3-none-any.whl is there"),
        ("/srv/z", "where /srv/z is there"),
        ("-e ~/z", "where ~/z is there"),
        ("--index-url https://pypi.example.org/simple --find-links /srv/wheels", "where /srv/wheels is there"),
        ("-e git+file:///srv/z", "where git+file:///srv/z is there"),
    ],
)
def test_a_line_that_names_a_folder_says_where_it_works(format: str, line: str, where: str) -> None:
    source = Source("a", "linux-64", (), Spec(conda=("python",), pip=(line,)), homes=(HOME,))
    export = exports.write(source, format)
    assert envfile.parse(export.text).pip == (line,)
    (note,) = export.notes
    assert note.startswith(f"The pip line “{line}” works only {where}")


@pytest.mark.parametrize(
    "line",
    [
        "requests>=2",
        "requests @ https://example.org/requests-2.0-py3-none-any.whl",
        "-e git+https://git.example.org/a/b.git@main#egg=b",
        "git+ssh://git@git.example.org/a/b.git",
        "--index-url https://pypi.example.org/simple",
        "--no-index",
        "--pre",
        "# constraint: a<2",
    ],
)
def test_a_line_that_works_everywhere_has_no_note(line: str) -> None:
    source = Source("a", "linux-64", (), Spec(conda=("python",), pip=(line,)), homes=("/root",))
    assert exports.write(source, "portable").notes == ()


def test_an_address_of_a_server_is_no_path_of_this_machine() -> None:
    line = "b @ git+https://git.example.org/root/b.git"
    spec = Spec(channels=("https://example.org/root/channel",), conda=("python",), pip=(line,))
    export = exports.write(Source("a", "linux-64", (), spec, homes=("/root",)), "portable")
    read = envfile.parse(export.text)
    assert (read.channels, read.pip, export.notes) == (spec.channels, spec.pip, ())


def test_requirements_have_no_folder_of_the_home_folder() -> None:
    spec = Spec(pip=(f"--find-links {HOME}/wheels", "--find-links ./wheels", "idna"))
    export = exports.write(replace(locked(PYTHON, IDNA), spec=spec), "requirements")
    assert HOME not in export.text and "--find-links ./wheels" in export.text
    assert f"The pip line “--find-links {HOME}/wheels” is in your home folder: it is left out." in export.notes
    assert any("works only beside that folder" in note for note in export.notes)


USUAL = "https://usual.example.org/simple"
places = st.sampled_from([HOME, f"{HOME}/x", f"file://{HOME}/x", f"{IN_URL}/x", f"file://localhost{HOME}/x"])
words = st.sampled_from(["", "/a", " ", ":", "-I", "=", "https://example.org/ "])
endings = st.sampled_from(["", "/a", " ", ":", ";", "'"])
texts = st.builds(lambda before, place, after: f"{before}{place}{after}", words, places, endings)


@given(places, texts, texts, st.sampled_from(FORMATS), st.booleans())
def test_no_text_that_leaves_names_the_home_folder(
    channel: str, line: str, value: str, format: str, drifted: bool
) -> None:
    packages = (
        replace(OPENSSL, url=f"{channel.rstrip('/')}/linux-64/openssl-3.3.2-hb9d_0.conda"),
        replace(PYTHON, depends=("openssl",)),
        replace(IDNA, depends=(f"mine @ {IN_URL}/mine.whl",)),
        wheel(f"{IN_URL}/mine-1.0-py3-none-any.whl"),
    )
    spec = Spec(channels=(channel,), conda=("python",), pip=(line.strip() or "idna",), variables={"V": value})
    lock = Lock(packages, (channel,), ("linux-64",))
    local = {"left": Origin(editable=True, folder=f"{IN_URL}/left")}
    more = (replace(wheel("", "left"), sha256=""),) if drifted else ()
    source = Source("a", "linux-64", packages + more, spec, lock, local if drifted else {}, (HOME,), USUAL)
    try:
        text = exports.write(source, format).text
    except ValueError:  # an address that is none
        return
    assert "/home/ada" not in text


def test_a_lock_beside_its_file_keeps_the_address_and_says_so(home: Path, package_cache: Path) -> None:
    address = small_channel(home / "channel", 3)
    cli = Cli(home, address, package_cache)
    (cli.work / "environment.yml").write_text(f"channels: ['{address}']\ndependencies: [extra]\n")
    plan = cli.good("lock", "environment.yml", "--platform", current_platform(), "--yes", "--json").json
    said = f"The lock names {address}, which is in your home folder: other machines cannot use it."
    assert said in plan["notes"]
    assert address in (cli.work / "environment.conda-lock.yml").read_text()


def test_a_lock_of_a_channel_in_the_home_folder_is_used_again_here(home: Path, channel: LocalChannel) -> None:
    (home / "channel").symlink_to(channel.path)
    address = (home / "channel").as_uri()

    def manager(cache: str) -> Manager:
        return Manager(root_dir=str(home / "envs"), cache_dir=str(home / cache), default_channels=[address])

    asyncio.run(create(manager("cache"), "one", "tinytext=1.0"))
    for format in ("conda-lock", "explicit"):
        export = asyncio.run(manager("cache").export("one", format))
        assert str(home) not in export.text
        assert "which is written as ~" in " ".join(export.notes)
        asyncio.run(create(manager(f"empty-{format}"), format, lock=export.text))
        found = asyncio.run(manager("cache").environment(format)).packages
        assert "tinytext" in {package.name for package in found}
