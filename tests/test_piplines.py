"""What a line of a pip section is, and which lines are never part of an environment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import piplines
from jupyter_envs.piplines import PipLine


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("requests>=2", PipLine("requirement", "requests>=2")),
        ("requests >=2  # why", PipLine("requirement", "requests >=2")),
        ("../local", PipLine("requirement", "../local")),
        (
            "b @ git+https://git.example.org/b.git#egg=b",
            PipLine("requirement", "b @ git+https://git.example.org/b.git#egg=b"),
        ),
        ("# nothing", PipLine("comment", "")),
        ("", PipLine("comment", "")),
        ("-e .", PipLine("editable", ".", "-e")),
        ("--editable=.", PipLine("editable", ".", "--editable")),
        ("-r requirements.txt", PipLine("file", "requirements.txt", "-r")),
        ("-rrequirements.txt", PipLine("file", "requirements.txt", "-r")),
        ("--requirement 'a b.txt'", PipLine("file", "a b.txt", "--requirement")),
        ("-c constraints.txt", PipLine("constraint", "constraints.txt", "-c")),
        ("-i https://pypi.example.org/simple", PipLine("index", "https://pypi.example.org/simple", "-i")),
        ("--extra-index-url=https://x.example.org", PipLine("index", "https://x.example.org", "--extra-index-url")),
        ("--find-links wheels", PipLine("index", "wheels", "--find-links")),
        ("--no-index", PipLine("index", "", "--no-index")),
        ("--pre", PipLine("option", "", "--pre")),
        ("--target /etc", PipLine("option", "/etc", "--target")),
        ("--0", PipLine("option", "", "--0")),
    ],
)
def test_classify(line: str, parsed: PipLine) -> None:
    assert piplines.classify(line) == parsed


@pytest.mark.parametrize(
    "line",
    [
        "requests",
        "a==1 --hash=sha256:00",
        "--pre",
        "--no-binary :all:",
        "--only-binary=:all:",
        "--trusted-host h",
        "-e .",
    ],
)
def test_harmless_lines(line: str) -> None:
    assert piplines.refusal(line) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("--target=/etc a", "the option --target is not allowed in an environment file"),
        ("-t /etc", "the option -t is not allowed in an environment file"),
        ("a --target=/etc", "the option --target is not allowed behind a requirement"),
        ("a==1 -t /etc", "the option -t is not allowed behind a requirement"),
        ("-e . --config-settings=x=y", "the option --config-settings is not allowed behind a requirement"),
        ("--index-url https://${TOKEN}@h/", "${TOKEN} would be filled in from the server's environment"),
        ("-r", "-r needs a value"),
        ("--index-url", "--index-url needs a value"),
        ("a\nb", "it holds a control character"),
    ],
)
def test_refused_lines(line: str, reason: str) -> None:
    assert piplines.refusal(line) == reason


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("a --config-settings=x=y", "Leave the option out: wheels are installed"),
        ("a -C x=y", "Leave the option out: wheels are installed"),
        ("--target=/etc a", "Leave the option out; “The pip section”"),
        ("--index-url https://${TOKEN}@h/", "Write what it stands for"),
        ("a\nb", "Write one requirement in a line"),
    ],
)
def test_what_to_do_about_a_refused_line(line: str, remedy: str) -> None:
    assert piplines.refusal(line) is not None
    assert piplines.remedy(line).startswith(remedy)


@given(st.text())
def test_any_line_has_an_answer(line: str) -> None:
    piplines.classify(line)
    if piplines.refusal(line) is not None:
        assert piplines.remedy(line)
