"""What a pip section asks for, read without an index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import pipsection
from jupyter_envs.errors import EnvsError, Forbidden, InvalidSpec
from jupyter_envs.models import Package

INDEX = "https://pypi.example.org"
DIGEST = "0123456789abcdef" * 4


def options(*lines: str, builds: bool = False) -> list[str]:
    return list(pipsection.read(lines, builds=builds).options)


def test_names_are_normalised_and_what_has_none_is_passed_over() -> None:
    lines = ["Some_Package>=1", "other.name[extra]", "--pre", "-e .", "./x", "x @ https://example.org/x.zip", "# y"]
    assert pipsection.names(lines) == ["some-package", "other-name", "x"]


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        (f"-i {INDEX}/simple", ["--default-index", f"{INDEX}/simple"]),
        (f"--index-url={INDEX}/simple", ["--default-index", f"{INDEX}/simple"]),
        (f"--extra-index-url {INDEX}/simple", ["--index", f"{INDEX}/simple"]),
        (f"-f {INDEX}/wheels", ["--find-links", f"{INDEX}/wheels"]),
        (f"--find-links '{INDEX}/wheels'", ["--find-links", f"{INDEX}/wheels"]),
        ("--no-index", ["--no-index"]),
        ("--pre  # why", ["--prerelease=allow"]),
        ("--trusted-host h.example.org:8080", ["--allow-insecure-host", "h.example.org:8080"]),
        ("--prefer-binary", []),
        ("--require-hashes", []),
        ("--only-binary :all:", []),
        ("--no-binary :none:", []),
        (f"--no-index --find-links {INDEX}/wheels", ["--no-index", "--find-links", f"{INDEX}/wheels"]),
    ],
)
def test_options_become_uvs(line: str, arguments: list[str]) -> None:
    assert options(line) == arguments


def test_of_several_indexes_the_last_counts_as_for_pip() -> None:
    assert options(f"-i {INDEX}/a", f"-i {INDEX}/b", "--pre", "--pre") == [
        "--default-index", f"{INDEX}/b", "--prerelease=allow",
    ]  # fmt: skip


def test_requirements_keep_their_extras_markers_and_hashes() -> None:
    (one, other) = pipsection.read(
        [f"A_b[x]>=1; python_version > '3' --hash=sha256:{DIGEST}", f"c==1 --hash sha256:{DIGEST} --hash=sha512:00"]
    ).requirements
    assert (one.name, str(one.requirement)) == ("a-b", 'A_b[x]>=1; python_version > "3"')
    assert one.hashes == other.hashes == {DIGEST}


@pytest.mark.parametrize(
    "line",
    [
        f"{INDEX}/a_b-1.0-py3-none-any.whl#sha256={DIGEST}",
        f"a-b @ {INDEX}/a_b-1.0-py3-none-any.whl#sha256={DIGEST}",
        f"a-b @ {INDEX}/a_b-1.0-py3-none-any.whl --hash=sha256:{DIGEST}",
    ],
)
def test_a_wheel_with_an_address_can_be_locked(line: str) -> None:
    (asked,) = pipsection.read([line]).requirements
    assert (asked.name, asked.archive) == ("a-b", None)
    assert asked.hashes == {DIGEST}


def test_an_inlined_constraint_is_a_comment_for_everybody_else() -> None:
    assert pipsection.read(["# constraint: a<2", "# only a comment"]).constraints == ("a<2",)
    assert pipsection.names(["# constraint: a<2"]) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (".", "a path on one machine"),
        ("./package", "a path on one machine"),
        ("/etc/x-1.0-py3-none-any.whl", "a path on one machine"),
        ("C:\\x", "a path on one machine"),
        ("file:///etc/passwd", "a path on one machine"),
        ("-e .", "an editable install"),
        ("-e git+https://example.org/x.git", "an editable install"),
        ("git+https://example.org/x.git", "a repository has none"),
        ("x @ git+ssh://git@example.org/x.git@v1", "a repository has none"),
        ("hg+https://example.org/x", "a repository has none"),
        ("x @ file:///etc/passwd", "only http and https"),
        ("x @ https://example.org/x-1.0.tar.gz", "would have to be built"),
        ("https://example.org/x-1.0.zip", "would have to be built"),
        ("-r other.txt", "folder is known"),
        ("-c constraints.txt", "folder is known"),
        ("--no-binary :all:", "would have to be built"),
        ("--find-links wheels", "only http and https"),
        ("--index-url file:///srv/simple", "only http and https"),
        ("--target /x", "--target is not allowed"),
        ("a --target=/x", "--target is not allowed"),
        ("--config-settings=a=b", "not allowed"),
        ("--index-url https://${TOKEN}/simple", "${TOKEN} would be filled in"),
        ("a==${VERSION}", "${VERSION} would be filled in"),
        ("a==1 --hash=md5:00", "none that protects"),
        ("a==1 --hash=sha512:00", "a lock needs a SHA-256"),
        ("a b c", "not a requirement"),
        ("https://example.org/x.whl", "not a requirement"),
        ("# constraint: x @ https://example.org/x-1.0.tar.gz", "would have to be built"),
        ("--pre yes", "--pre takes no value"),
        (f"--pre {INDEX}", "--pre takes no value"),
    ],
)
def test_what_cannot_be_locked_is_refused_with_the_reason(line: str, says: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        pipsection.read([line])
    assert line in caught.value.message
    assert says in caught.value.message
    assert caught.value.hints


def test_a_refusal_shows_no_secret() -> None:
    with pytest.raises(InvalidSpec) as caught:
        pipsection.read(["git+https://user:Canary7231@example.org/x.git"])
    assert "Canary7231" not in str(caught.value.to_json())


def test_where_builds_are_allowed_an_archive_needs_its_hash() -> None:
    line = f"x @ {INDEX}/x-1.0.tar.gz"
    with pytest.raises(InvalidSpec, match="a SHA-256"):
        pipsection.read([line], builds=True)
    (asked,) = pipsection.read([f"{line}#sha256={DIGEST}"], builds=True).requirements
    assert asked.archive == (f"{INDEX}/x-1.0.tar.gz", "1.0")
    assert asked.hashes == {DIGEST}
    with pytest.raises(InvalidSpec, match="a repository has none"):
        pipsection.read(["git+https://example.org/x.git"], builds=True)


def test_no_binary_names_what_is_built() -> None:
    section = pipsection.read(["--no-binary A_b,c", "--only-binary c"], builds=True)
    assert [section.builds(name) for name in ("a-b", "c", "d")] == [True, False, False]
    assert pipsection.read(["--no-binary :all:"], builds=True).builds("d")


def test_a_lock_with_a_source_archive_needs_permission() -> None:
    packages = [Package("x", "1.0", "pip", url=f"{INDEX}/x-1.0.tar.gz", sha256=DIGEST)]
    with pytest.raises(Forbidden, match=r"x 1\.0 would have to be built"):
        pipsection.check_builds(packages, False)
    pipsection.check_builds(packages, True)


def test_where_to_look_is_read_from_any_section() -> None:
    lines = ["a", "-e .", f"-i {INDEX}", "--trusted-host h", "--target /x", "--pre"]
    assert pipsection.where_to_look(lines) == ["--default-index", INDEX, "--allow-insecure-host", "h"]


@given(st.lists(st.text()), st.booleans())
def test_any_lines_are_read_or_refused(lines: list[str], builds: bool) -> None:
    try:
        pipsection.read(lines, builds=builds)
    except EnvsError as error:
        assert error.hints
    pipsection.names(lines)
    pipsection.where_to_look(lines)
