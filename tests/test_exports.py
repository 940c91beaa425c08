"""What leaves the machine: complete, readable elsewhere, and without secrets."""

from __future__ import annotations

from dataclasses import replace

import pytest
import rattler
from hypothesis import given

from jupyter_envs import envfile, exports, lockfile
from jupyter_envs.errors import Conflict, InvalidInput
from jupyter_envs.exports import FORMATS, Origin, Source
from jupyter_envs.models import Lock, Package, Spec

from .pure_values import CHANNEL, IDNA, LOCK, OPENSSL, PYTHON, REQUESTS, TZDATA, conda_package, locks, pip_package

SPEC = Spec(
    name="penguins",
    channels=("https://conda.example.org/forge",),
    conda=("python=3.12", "pip"),
    pip=("--extra-index-url https://pypi.example.org/simple", "requests"),
    variables={"OMP_NUM_THREADS": "1"},
    platforms=("linux-64",),
)

FULL = """\
name: penguins
channels:
  - https://conda.example.org/forge
dependencies:
  - openssl=3.3.2=hb9d_0
  - python=3.12.7=h1_0_cpython
  - tzdata=2024b=hc8b5060_0
  - pip
  - pip:
      - --extra-index-url https://pypi.example.org/simple
      - idna==3.10
      - requests==2.32.3
variables:
  OMP_NUM_THREADS: '1'
"""

EXPLICIT = f"""\
# platform: linux-64
# An explicit list holds conda packages only; these are from PyPI:
#   idna==3.10 --hash=sha256:{IDNA.sha256}
#   requests==2.32.3 --hash=sha256:{REQUESTS.sha256}
@EXPLICIT
{OPENSSL.url}#sha256:{OPENSSL.sha256}
{PYTHON.url}#sha256:{PYTHON.sha256}
{TZDATA.url}#sha256:{TZDATA.sha256}
"""


USUAL = "https://usual.example.org/simple"
SOURCE = Source("penguins", "linux-64", LOCK.packages, SPEC, LOCK, homes=("/home/ada",), index=USUAL)
COMMIT = "0a1b" * 10
GIT = Origin(f"git+https://git.example.org/a/clip.git@{COMMIT}")
PIP_FORMATS = ("full", "no-builds", "from-history", "portable", "requirements", "pylock")


def with_pip(package: Package, origin: Origin | None = None) -> Source:
    """The environment with one more pip package, which the user installed by hand."""
    return replace(
        SOURCE, packages=(*SOURCE.packages, package), origins={package.name: origin} if origin is not None else {}
    )


def text(source: Source, format: str, **options: bool) -> str:
    return exports.write(source, format, **options).text


def test_a_full_file_names_every_package() -> None:
    assert text(SOURCE, "full") == FULL
    assert exports.write(SOURCE, "full").notes == ()


def test_the_order_of_the_packages_does_not_matter() -> None:
    backwards = replace(SOURCE, packages=LOCK.packages[::-1])
    assert [text(backwards, format) for format in FORMATS] == [text(SOURCE, format) for format in FORMATS]


def test_a_full_file_is_read_by_us_and_the_solver() -> None:
    read = envfile.parse(FULL)
    assert read.pip[1:] == ("idna==3.10", "requests==2.32.3")
    for spec in read.conda[:3]:
        parsed = rattler.MatchSpec(spec, strict=False)
        assert str(parsed.version).startswith("==")


def test_without_builds_the_versions_stay() -> None:
    assert text(SOURCE, "no-builds") == FULL.replace("=hb9d_0", "").replace("=h1_0_cpython", "").replace(
        "=hc8b5060_0", ""
    )


@pytest.mark.parametrize("format", ["portable", "from-history"])
def test_what_was_asked_for(format: str) -> None:
    assert envfile.parse(text(SOURCE, format)) == SPEC


def test_what_was_asked_for_with_the_versions_that_it_has() -> None:
    read = envfile.parse(text(SOURCE, "from-history", versions=True))
    assert read.conda == ("python=3.12.7", "pip")
    assert read.pip == ("--extra-index-url https://pypi.example.org/simple", "requests==2.32.3")
    with pytest.raises(InvalidInput, match="from-history"):
        exports.write(SOURCE, "full", versions=True)


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("python >=3", "python=3.12.7"),
        ("forge::python", "forge::python=3.12.7"),
        ("forge/linux-64::python=3", "forge/linux-64::python=3.12.7"),
        ("python=*=*cpython", "python=3.12.7[build=*cpython]"),
        ("python=3.12.7=h1_0_cpython", "python=3.12.7[build=h1_0_cpython]"),
        (OPENSSL.url, OPENSSL.url),
        ("__glibc >=2.17", "__glibc >=2.17"),
    ],
)
def test_a_resolved_version_leaves_channel_and_build_as_they_were_asked_for(asked: str, line: str) -> None:
    source = replace(SOURCE, spec=Spec(conda=(asked,)))
    assert envfile.parse(text(source, "portable", versions=True)).conda == (line,)
    assert rattler.MatchSpec(line, strict=False)


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("Requests[socks, use_chardet]>=2 ; sys_platform != 'win32'", None),
        ("requests==2.32.3 --hash=sha256:00", "requests==2.32.3 --hash=sha256:00"),
        ("requests @ https://pypi.example.org/requests-2.32.3-py3-none-any.whl",) * 2,
        ("# constraint: requests<3", "# constraint: requests<3"),
        ("--pre", "--pre"),
        ("unknown>=1", "unknown>=1"),
    ],
)
def test_a_resolved_version_leaves_extras_and_markers_of_a_pip_line(asked: str, line: str | None) -> None:
    written = text(replace(SOURCE, spec=Spec(conda=("pip",), pip=(asked,))), "portable", versions=True)
    wanted = 'requests[socks,use_chardet]==2.32.3 ; sys_platform != "win32"' if line is None else line
    assert envfile.parse(written).pip == (wanted,)


def test_what_was_installed_by_hand_takes_the_place_of_the_line_that_asked_for_another() -> None:
    asked = Spec(conda=("pip",), pip=("mine @ https://pypi.example.org/mine-0.1-py3-none-any.whl", "requests[socks]"))
    source = replace(with_pip(pip_package("mine", "2.0")), spec=asked)
    written = envfile.parse(text(source, "portable", versions=True)).pip
    assert written == ("mine==2.0", "requests[socks]==2.32.3")


@pytest.mark.parametrize("versions", [False, True])
def test_conda_packages_that_were_changed_by_hand_are_named_where_they_are_not_written(versions: bool) -> None:
    drifted = replace(SOURCE, packages=(*LOCK.packages[1:], conda_package("more")))
    notes = exports.write(drifted, "portable", versions=versions).notes
    assert notes == ("Changed by hand since it was locked, and not in this file: more, openssl.",)
    assert exports.write(drifted, "full").notes == ()


@pytest.mark.parametrize("format", ["full", "no-builds", "from-history", "portable"])
@pytest.mark.parametrize("channels", [(), ("nodefaults",)])
def test_a_file_that_named_no_channel_names_those_that_were_in_force(format: str, channels: tuple[str, ...]) -> None:
    source = replace(SOURCE, spec=replace(SPEC, channels=channels))
    assert envfile.parse(text(source, format)).channels == (*LOCK.channels, *channels)


def test_pip_itself_is_asked_for_where_a_pip_section_needs_it() -> None:
    def conda(spec: Spec) -> tuple[str, ...]:
        return envfile.parse(text(Source("a", "linux-64", (), spec), "portable")).conda

    assert conda(Spec(conda=("python",), pip=("requests",))) == ("python", "pip")
    assert conda(Spec(conda=("pip=24",), pip=("requests",))) == ("pip=24",)
    assert conda(Spec(conda=("python",))) == ("python",)


@pytest.mark.parametrize("format", ["full", "no-builds", "from-history", "portable"])
def test_what_was_installed_by_hand_is_there(format: str) -> None:
    assert "      - tqdm==4.67.1\n" in text(with_pip(pip_package("tqdm", "4.67.1")), format)


@pytest.mark.parametrize("format", PIP_FORMATS)
def test_an_install_from_a_repository_keeps_its_origin(format: str) -> None:
    found = text(with_pip(replace(pip_package("clip"), url=GIT.address, sha256=""), GIT), format)
    if format == "pylock":
        assert f'vcs = {{ type = "git", url = "https://git.example.org/a/clip.git", commit-id = "{COMMIT}" }}' in found
    else:
        assert f"clip @ {GIT.address}\n" in found


@pytest.mark.parametrize("format", ["full", "portable"])
def test_an_editable_install_of_a_checkout_names_its_commit(format: str) -> None:
    export = exports.write(with_pip(pip_package("clip"), replace(GIT, editable=True)), format)
    assert f"      - -e {GIT.address}#egg=clip\n" in export.text
    assert export.notes == ("clip is being worked on here: only what was pushed can be installed elsewhere.",)
    assert f"-e {GIT.address}#egg=clip" in envfile.parse(export.text).pip


@pytest.mark.parametrize("format", FORMATS)
def test_an_install_from_a_folder_is_left_out_and_said(format: str) -> None:
    mine = Origin(editable=True, folder="file:///home/ada/secret-project")
    export = exports.write(with_pip(replace(pip_package("mine"), url="", sha256=""), mine), format)
    assert export.notes[-1] == "mine 1.0 was installed from files of this machine: it is left out."
    assert "secret-project" not in export.text and "mine==" not in export.text


def test_an_explicit_list_has_every_conda_package_with_its_hash() -> None:
    export = exports.write(SOURCE, "explicit")
    assert export.text == EXPLICIT
    assert export.filename == "conda-linux-64.lock"
    assert "comments" in export.notes[0]


@given(locks())
def test_an_explicit_list_reads_as_what_it_lists(lock: Lock) -> None:
    packages = tuple(one for one in lock.for_platform("linux-64") if one.manager == "conda")
    read = lockfile.parse(text(Source("a", "linux-64", packages), "explicit"))
    # a list says no more than an address and a hash
    said = [(one.name, one.version, one.build, one.subdir, one.url, one.sha256) for one in packages]
    assert [(one.name, one.version, one.build, one.subdir, one.url, one.sha256) for one in read.packages] == said
    assert text(Source("a", "linux-64", read.packages), "explicit") == text(
        Source("a", "linux-64", packages), "explicit"
    )


@given(locks())
def test_a_lock_export_reads_as_the_lock(lock: Lock) -> None:
    source = Source("a", "linux-64", lock.for_platform("linux-64"), lock=lock)
    assert lockfile.parse(text(source, "conda-lock")) == lock


def test_a_lock_of_a_drifted_environment_is_of_what_is_installed() -> None:
    newer = pip_package("idna", "3.11")
    drifted = replace(SOURCE, packages=(*(one for one in LOCK.packages if one != IDNA), newer))
    export = exports.write(drifted, "conda-lock")
    read = lockfile.parse(export.text)
    assert newer in read.packages and IDNA not in read.packages
    assert read.content_hash == {} and read.channels == LOCK.channels
    assert export.notes == ("Something else is installed than was locked: this lock says what is installed.",)


@pytest.mark.parametrize("format", ["conda-lock", "requirements", "pylock"])
def test_what_has_no_hash_is_named_all_at_once(format: str) -> None:
    bare = [replace(pip_package(name), url="", sha256="") for name in ("zebra", "ant")]
    with pytest.raises(Conflict, match="ant, zebra have no known addresses") as caught:
        exports.write(replace(SOURCE, packages=(*SOURCE.packages, *bare)), format)
    assert caught.value.fields["packages"] == ["ant", "zebra"] and caught.value.hints


@pytest.mark.parametrize("incomplete", [replace(OPENSSL, url=""), replace(OPENSSL, sha256="")])
def test_an_explicit_list_never_leaves_a_package_out(incomplete: Package) -> None:
    with pytest.raises(Conflict, match="openssl has no known address"):
        exports.write(replace(SOURCE, packages=(incomplete,)), "explicit")


def test_requirements_have_a_hash_each() -> None:
    assert (
        text(SOURCE, "requirements")
        == f"""\
# The PyPI part of the environment penguins, for Python 3.12.7 on linux-64.
--extra-index-url https://pypi.example.org/simple
idna==3.10 \\
    --hash=sha256:{IDNA.sha256}
requests==2.32.3 \\
    --hash=sha256:{REQUESTS.sha256}
"""
    )


def test_without_pip_packages_requirements_say_so() -> None:
    bare = replace(SOURCE, packages=(OPENSSL, PYTHON, TZDATA))
    for format in ("requirements", "pylock"):
        assert exports.write(bare, format).notes == ("There is no PyPI package in this environment.",)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no export format"):
        exports.write(SOURCE, "pickle")


SECRETS = Spec(
    channels=("https://conda.example.org/t/Canary7231/forge", "conda-forge"),
    conda=("https://user:Canary7231@conda.example.org/forge::a", "python"),
    pip=(
        "--index-url https://Canary7231@pypi.example.org/simple",
        "b @ git+https://user:Canary7231@git.example.org/b.git",
        "https://pypi.example.org/c-1.0-py3-none-any.whl?token=Canary7231",
        "--find-links https://x.example.org/?sig=Canary7231",
    ),
    variables={"API_TOKEN": "Canary7231", "PROXY": "http://user:Canary7231@proxy.example.org", "N": "1"},
)


def _secret(package: Package) -> Package:
    return replace(package, url=package.url.replace("https://", "https://user:Canary7231@"))


SECRET = Source(
    "secret",
    "linux-64",
    tuple(map(_secret, LOCK.packages)),
    SECRETS,
    replace(LOCK, packages=tuple(map(_secret, LOCK.packages)), channels=SECRETS.channels),
    {"idna": Origin("git+https://Canary7231@git.example.org/idna.git@" + COMMIT)},
)


@pytest.mark.parametrize("format", FORMATS)
def test_no_secret_leaves_and_what_was_cleaned_is_said(format: str) -> None:
    source = replace(SECRET, origins={}) if format == "conda-lock" else SECRET
    if format == "pipfile-lock":
        lines = tuple(line for line in SECRETS.pip if not line.startswith("--find-links"))
        source = replace(SECRET, spec=replace(SECRETS, pip=lines), index=USUAL)
    export = exports.write(source, format)
    assert "Canary7231" not in export.text + " ".join(export.notes)
    assert any(note.startswith("A secret was taken out of https://") for note in export.notes)
    assert len(set(export.notes)) == len(export.notes)


def test_each_place_that_was_cleaned_is_named_once() -> None:
    notes = exports.write(replace(SECRET, origins={}), "conda-lock").notes
    assert notes == (
        f"A secret was taken out of {CHANNEL}: set it up where the file is used.",
        "A secret was taken out of https://pypi.example.org: set it up where the file is used.",
    )


def test_a_repository_that_was_cleaned_is_named_once() -> None:
    address = f"git+https://Canary7231@git.example.org/clip.git@{COMMIT}"
    source = with_pip(replace(pip_package("clip"), url=address, sha256=""), Origin(address))
    clean = address.replace("Canary7231@", "")
    assert exports.write(source, "full").notes == (
        f"A secret was taken out of {clean}: set it up where the file is used.",
    )


@pytest.mark.parametrize("format", ["full", "portable"])
def test_variables_that_may_be_secrets_are_left_out(format: str) -> None:
    export = exports.write(SECRET, format)
    assert envfile.parse(export.text).variables == {"N": "1"}
    assert sum("may hold a secret" in note for note in export.notes) == 2


@pytest.mark.parametrize("format", ["full", "no-builds", "portable", "from-history"])
def test_no_home_path_leaves_in_an_environment_file(format: str) -> None:
    spec = Spec(
        channels=("file:///home/ada/channel", "file:///srv/channel"),
        conda=("file:///home/ada/channel::a", "python"),
        pip=("--find-links /home/ada/wheels", "-e /home/ada/project", "requests"),
        variables={"DATA": "/home/ada/data", "OTHER": "/home/adam"},
    )
    export = exports.write(replace(SOURCE, spec=spec), format)
    assert "/home/ada/" not in export.text and "/home/adam" in export.text
    said = " ".join(export.notes)
    assert "file:///home/ada/channel” is in your home folder" in said
    assert "The variable DATA holds a path" in said
    assert "file:///srv/channel is a folder of this machine: it cannot be used elsewhere." in said


def test_a_list_of_packages_in_the_home_folder_says_so() -> None:
    local = replace(OPENSSL, url=OPENSSL.url.replace(CHANNEL, "file:///home/ada/channel"))
    export = exports.write(Source("a", "linux-64", (local,), homes=("/home/ada",)), "explicit")
    assert f"file:///~/channel/linux-64/openssl-3.3.2-hb9d_0.conda#sha256:{OPENSSL.sha256}" in export.text
    (note,) = export.notes
    assert note == (
        "The channel file:///~/channel is a folder of your home folder, which is written as ~:"
        " it cannot be used elsewhere."
    )


@pytest.mark.parametrize("format", ["full", "portable", "requirements", "pylock", "explicit", "conda-lock"])
def test_a_wheel_in_the_home_folder_is_left_out_and_said(format: str) -> None:
    export = exports.write(with_pip(replace(pip_package("mine"), url="file:///home/ada/mine-1.0.whl")), format)
    assert "/home/ada" not in export.text and "mine 1.0 was installed from files" in " ".join(export.notes)
