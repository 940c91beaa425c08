"""How an installed distribution and its requirements become a conda package."""

from __future__ import annotations

import io
import json
import os
import zipfile
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from rattler import MatchSpec, PackageRecord
from rattler.package.build_string import BuildString

from jupyter_envs.errors import InvalidInput

from .localchannel import PLACEHOLDER, PackagedFile
from .localchannel.distribution import closure, distribution_files, distribution_metadata, needed
from .localchannel.relocate import movable
from .localchannel.requirements import conda_name, match_spec, version_constraints
from .support.wheels import make_wheel

SPECIFIERS = ["", ">=1.4", "==1.4", "==1.4.*", "!=1.4", "!=1.4.*", "~=1.4", "~=1.4.2", ">1.4,<2", "<=1.4.2", "===1.4.2"]
VERSIONS = ["1.0", "1.4", "1.4.1", "1.4.2", "1.4.10", "1.5", "1.40", "2.0", "2.1"]

RECORD = """\
thing/__init__.py,sha256=abc,12
thing/__pycache__/__init__.cpython-311.pyc,,
../../../bin/thing,sha256=abc,200
../../../bin/thing-helper,sha256=abc,30
../../../share/thing/settings.ini,sha256=abc,30
thing-1.0.dist-info/INSTALLER,sha256=abc,4
thing-1.0.dist-info/METADATA,sha256=abc,40
thing-1.0.dist-info/REQUESTED,,
thing-1.0.dist-info/WHEEL,sha256=abc,40
thing-1.0.dist-info/direct_url.json,sha256=abc,40
thing-1.0.dist-info/entry_points.txt,sha256=abc,40
thing-1.0.dist-info/RECORD,,
"""


@pytest.fixture
def thing(tmp_path: Path) -> PathDistribution:
    """A distribution as pip leaves it behind, with a command, a script and a data file."""
    prefix = tmp_path / "some" / "prefix"
    site_packages = prefix / "lib/python3.11/site-packages"
    info = "thing-1.0.dist-info"
    texts = {
        "thing/__init__.py": "def main(): pass",
        "thing/__pycache__/__init__.cpython-311.pyc": "byte code",
        "../../../bin/thing": f"#!{prefix}/bin/python\nimport thing",
        "../../../bin/thing-helper": f"#!{prefix}/bin/python3.11\nprint('{prefix}')\n",
        "../../../share/thing/settings.ini": f"home = {prefix}/share\n",
        f"{info}/INSTALLER": "pip\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: The.Thing_x\nVersion: 1.0\nRequires-Python: >=3.9\n",
        f"{info}/REQUESTED": "",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n",
        f"{info}/direct_url.json": json.dumps({"url": "file:///secret/place", "archive_info": {}}),
        f"{info}/entry_points.txt": "[console_scripts]\nthing = thing:main\n",
        f"{info}/RECORD": RECORD,
    }
    for path, text in texts.items():
        target = Path(os.path.normpath(site_packages / path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o755 if target.parent.name == "bin" else 0o644)
    return PathDistribution(site_packages / info)


def make_compiled(thing: PathDistribution) -> None:
    folder = Path(str(thing.locate_file("thing-1.0.dist-info")))
    (folder / "WHEEL").write_text("Wheel-Version: 1.0\nRoot-Is-Purelib: false\n")


def files(distribution: Distribution) -> dict[str, PackagedFile]:
    return {file.path: file for file in distribution_files(distribution, "lib/python3.11/site-packages")}


# Requirements


@pytest.mark.parametrize("specifiers", SPECIFIERS)
def test_translated_constraints_choose_the_same_versions(specifiers: str) -> None:
    spec = MatchSpec(match_spec(Requirement(f"thing{specifiers}")))
    for version in VERSIONS:
        record = PackageRecord("thing", version, BuildString("0"), 0, "noarch")
        assert spec.matches(record) == SpecifierSet(specifiers).contains(Version(version)), version


def test_constraints_are_always_in_the_same_order() -> None:
    assert version_constraints(SpecifierSet("<3,!=2.5,>=2")) == version_constraints(SpecifierSet(">=2,<3,!=2.5"))


@pytest.mark.parametrize("name", ["Jupyter_Client", "jupyter.client", "jupyter-client"])
def test_names_have_one_form(name: str) -> None:
    assert conda_name(name) == "jupyter-client"


def test_direct_url_becomes_the_name_alone() -> None:
    assert match_spec(Requirement("thing[extra] @ https://127.0.0.1/thing.whl")) == "thing"


def test_closure_holds_what_is_needed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["second[more]>=1", 'third; sys_platform == "win32"', 'fourth; extra == "more"']
    for name, requires in {
        "first": lines,
        "second": ['fifth; extra == "more"', 'third; extra == "less"'],
        "fifth": ["first"],
    }.items():
        wheel = make_wheel(name, "1.0", requires=requires)
        zipfile.ZipFile(io.BytesIO(wheel.content)).extractall(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    found = closure(["First"])
    assert list(found) == ["fifth", "first", "second"]
    assert {requirement.name for requirement in needed(found["first"])} == {"second", "fifth"}
    assert distribution_metadata(found["first"]).depends == ("python >=3.8", "fifth", "second >=1")


# Files


def test_pure_distribution_leaves_its_commands_to_the_installer(thing: PathDistribution) -> None:
    metadata = distribution_metadata(thing)
    assert (metadata.name, metadata.noarch, metadata.subdir) == ("the-thing-x", "python", "noarch")
    assert metadata.entry_points == ("thing = thing:main",)
    assert metadata.depends == ("python >=3.9",)
    assert set(files(thing)) == {
        "python-scripts/thing-helper",
        "share/thing/settings.ini",
        "site-packages/thing/__init__.py",
        *(f"site-packages/thing-1.0.dist-info/{name}" for name in ("INSTALLER", "METADATA", "RECORD", "WHEEL")),
        "site-packages/thing-1.0.dist-info/entry_points.txt",
    }


def test_compiled_distribution_brings_its_commands(thing: PathDistribution) -> None:
    make_compiled(thing)
    metadata = distribution_metadata(thing)
    assert metadata.noarch is None
    assert metadata.entry_points == ()
    assert metadata.depends[0].startswith("python >=3.")
    command = files(thing)["bin/thing"]
    assert (command.executable, command.file_mode) == (True, "text")
    assert command.content.decode() == (
        f"#!{PLACEHOLDER}/bin/python\nimport sys\n\nfrom thing import main\n\nsys.exit(main())\n"
    )


def test_scripts_and_data_name_the_placeholder(thing: PathDistribution) -> None:
    script = files(thing)["python-scripts/thing-helper"]
    assert script.content.decode() == f"#!{PLACEHOLDER}/bin/python\nprint('{PLACEHOLDER}')\n"
    assert (script.executable, script.file_mode) == (True, "text")
    settings = files(thing)["share/thing/settings.ini"]
    assert settings.content.decode() == f"home = {PLACEHOLDER}/share\n"


def test_record_lists_what_is_packaged(thing: PathDistribution) -> None:
    packaged = files(thing)
    record = packaged["site-packages/thing-1.0.dist-info/RECORD"].content.decode().splitlines()
    assert "thing/__init__.py,sha256=abc,12" in record
    assert "../../../bin/thing,," in record
    assert "thing-1.0.dist-info/INSTALLER,," in record
    assert not [line for line in record if "pyc" in line or "REQUESTED" in line or "direct_url" in line]
    assert packaged["site-packages/thing-1.0.dist-info/INSTALLER"].content == b"conda\n"


def test_editable_installation_is_refused(thing: PathDistribution) -> None:
    about = Path(str(thing.locate_file("thing-1.0.dist-info/direct_url.json")))
    about.write_text(json.dumps({"url": "file:///work", "dir_info": {"editable": True}}))
    with pytest.raises(InvalidInput, match="editable"):
        files(thing)


def test_without_patchelf_there_is_no_movable_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable = tmp_path / "python"
    executable.write_bytes(b"not really")
    monkeypatch.setattr("sys.executable", str(executable))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert movable(executable) is None
