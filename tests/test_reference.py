"""The examples in the reference are what the code reads and writes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jupyter_envs import condarc, envfile, formats, lockfile, pin, pipsection
from jupyter_envs.channels import settings_of

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"


def example(page: str, language: str) -> str:
    """The first example of a page."""
    found = re.search(rf"```{language}\n(.*?)```", (REFERENCE / page).read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_environment_file_is_written_as_documented() -> None:
    text = example("environment-yml.md", "yaml")
    assert envfile.write(envfile.parse(text)) == text


def test_the_lock_is_written_as_documented() -> None:
    lock = lockfile.parse(example("conda-lock.md", "yaml"))
    assert {package.name for package in lock.packages} == {"tzdata", "idna"}
    assert lockfile.parse(lockfile.write(lock)) == lock


def test_the_pin_is_read_as_documented() -> None:
    metadata = json.loads(example("pin.md", "json"))
    found = pin.read(metadata)
    assert found is not None
    assert pin.write(metadata, found) == metadata


def test_every_documented_match_spec_is_read() -> None:
    page = (REFERENCE / "environment-yml.md").read_text(encoding="utf-8")
    table = page[page.index("## Match specs") : page.index("Read as conda reads it")]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    written = [spec.replace("\\|", "|") for cell in cells for spec in re.findall(r"`([^`]+)`", cell)]
    assert len(written) > 12
    for spec in written:
        envfile.parse(f'dependencies:\n  - "{spec}"\n')


def test_the_other_formats_are_read_as_documented() -> None:
    pixi = formats.read(example("pixi.md", "toml"), source="pixi.toml").spec
    assert pixi is not None
    assert (pixi.name, pixi.pip) == ("penguins", ("requests[socks]>=2",))
    lock = formats.read(example("explicit.md", "")).lock
    assert lock is not None
    assert [package.name for package in lock.packages] == ["tzdata"]
    section = envfile.parse(example("pip-section.md", "yaml")).pip
    assert pipsection.names(section) == ["palmerpenguins", "requests"]


def test_the_condarc_is_followed_as_documented() -> None:
    file = condarc.parse(example("condarc.md", "yaml"), source=".condarc")
    settings = settings_of(condarc.merge([file]))
    assert [channel.address for channel in settings.expand(["ours"])] == ["https://example.org/conda/ours"]
    assert file.notes == ()
    page = (REFERENCE / "condarc.md").read_text(encoding="utf-8")
    assert [key for key in condarc.KEYS if f"| `{key}` |" not in page] == []
