"""Every example of a format in the documentation is read by our own readers, and is what our writers write."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.pylock import Pylock

from jupyter_envs import condarc, exports, formats, lockfile, pin, piplines, pipsection
from jupyter_envs.engine.conda import pixi_lock
from jupyter_envs.exports import FORMATS, Source
from jupyter_envs.models import Lock, Package, Spec

from .pure_values import CHANNEL, IDNA, OPENSSL, PYTHON, TZDATA

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = Path(__file__).resolve().parents[1] / "docs"
REFERENCE = DOCS / "reference"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# what the pages of formats have to show, by a word that only that format has
SHOWN = {
    "conda-lock.md": ("conda-lock",),
    "condarc.md": ("condarc",),
    "environment-yml.md": ("environment",),
    "explicit.md": ("explicit",),
    "exports.md": ("environment", "explicit", "requirements", "pylock", "pipfile", "script"),
    "pin.md": ("pin",),
    "pip-section.md": ("environment",),
    "pixi.md": ("pixi", "pixi-lock"),
}
EXPORTED = Source(
    "penguins",
    "linux-64",
    (OPENSSL, PYTHON, TZDATA, replace(IDNA, size=70442)),
    Spec("penguins", (CHANNEL,), ("python=3.12", "pip"), ("idna",), {"OMP_NUM_THREADS": "1"}),
    Lock((OPENSSL, PYTHON, TZDATA, replace(IDNA, size=70442)), (CHANNEL,), ("linux-64",)),
    index="https://pypi.example.org/simple",
)


def blocks(page: Path) -> Iterator[str]:
    """The examples of a page that are in a format, and neither commands nor JSON of the interface nor settings."""
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if (
            language in ("yaml", "toml", "text", "python")
            or (language == "json" and page.name == "pin.md")
            or "@EXPLICIT" in text
        ):
            yield text


def kind_of(text: str) -> str:
    """Which format an example is in; it is read on the way."""
    if text.startswith("{"):
        metadata = json.loads(text)
        found = pin.read(metadata)
        assert found is not None and pin.write(metadata, found) == metadata
        return "pin"
    if "--hash=sha256:" in text and "@EXPLICIT" not in text:
        lines = [line for _, line in piplines.lines_of_file(text)]
        assert all(asked.hashes for asked in pipsection.read(lines).requirements)
        return "requirements"
    if text.startswith("lock-version"):
        Pylock.from_dict(tomllib.loads(text)).validate()
        return "pylock"
    if re.search(r"^(?:channel_alias|custom_channels|ssl_verify):", text, re.MULTILINE):
        assert condarc.parse(text, source=".condarc").notes == ()
        return "condarc"
    found_file = formats.read(text, source="example.py" if text.startswith("# /// ") else "example")
    if found_file.format == "pixi-lock":
        assert pixi_lock.read(text, "default").packages
    if found_file.spec is not None:
        assert not [note for note in found_file.notes if "ignored" in note]
    return found_file.format


@pytest.mark.parametrize("page", sorted(REFERENCE.glob("*.md")), ids=lambda page: page.name)
def test_every_page_of_a_format_shows_it_in_examples_that_are_read(page: Path) -> None:
    found = [kind_of(text) for text in blocks(page)]
    assert tuple(dict.fromkeys(found)) == SHOWN.get(page.name, ())


@pytest.mark.parametrize("page", [DOCS / "tutorial" / "pin-a-notebook.md"], ids=lambda page: page.name)
def test_the_files_of_the_tutorial_are_read(page: Path) -> None:
    assert [kind_of(text) for text in blocks(page)] == ["environment"]


@pytest.mark.parametrize(
    ("format", "versions"),
    [
        *((format, False) for format in FORMATS if format not in ("conda-lock", "portable", "script")),
        ("from-history", True),
        ("script", True),
    ],
)
def test_every_export_is_written_as_its_page_shows(format: str, versions: bool) -> None:
    page = (REFERENCE / "exports.md").read_text(encoding="utf-8")
    heading = f"`{format} --versions`" if versions else f"`{format}`"
    shown = re.search(rf"^{heading}[^\n]*:\n\n```\w+\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    written = exports.write(EXPORTED, format, versions=versions).text
    assert shown is not None, written
    assert shown[1] == written


def test_the_lock_of_the_page_is_written_as_it_is_shown() -> None:
    (text,) = blocks(REFERENCE / "conda-lock.md")
    read = lockfile.parse(text)
    assert lockfile.write(read) == text
    assert {package.name: package.manager for package in read.packages} == {"tzdata": "conda", "idna": "pip"}
    packages: tuple[Package, ...] = read.packages
    assert all(package.sha256 for package in packages)
