"""The YAML underneath: what is read is text, and what is written is read as the same by everyone."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import yaml_guard
from jupyter_envs.errors import InvalidFile
from jupyter_envs.yaml_text import scalar

from .hostile_files import REFUSED

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_a_written_scalar_is_the_same_text_to_every_reader(text: str) -> None:
    document = f"- {scalar(text)}\n- key: {scalar(text)}\n"
    assert yaml.safe_load(document) == [text, {"key": text}]
    assert yaml_guard.read(document, source="x.yml") == [text, {"key": text}]


AMBIGUOUS = [
    "",
    " ",
    "~",
    "no",
    "Yes",
    "null",
    "3.10",
    "1e3",
    "0x1f",
    "1_0",
    "12:30",
    "2024-01-01",
    "=",
    "<<",
    ".5",
    "-",
]
AMBIGUOUS += [
    "a: b",
    "a #b",
    "a:",
    "- a",
    "? a",
    "[a",
    "{a",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "@a",
    "`a",
    "%a",
    "'",
    '"',
    "a\nb",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_what_others_could_take_for_something_else_is_quoted(text: str) -> None:
    assert scalar(text)[0] in "'\""
    assert yaml.safe_load(scalar(text)) == text


@pytest.mark.parametrize(
    "text", ["python=3.10", "numpy >=1.26,<2", "a[version='>=1']", "-e .", "--index-url https://h/x"]
)
def test_what_people_write_without_quotes_is_written_so(text: str) -> None:
    assert scalar(text) == text


def test_values_know_their_lines() -> None:
    document = yaml_guard.read("a:\n  - x\n  - y: 1\n\nb: z\n", source="x.yml")
    assert document == {"a": ["x", {"y": "1"}], "b": "z"}
    assert document.lines == {"a": 1, "b": 5}
    assert document["a"].lines == [2, 3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: \x07\n", "x.yml, line 2: a character that cannot stand in YAML (U+0007); expected printable text"),
        ("a: \ud800\n", "x.yml, line 1: a character that cannot stand in YAML (U+D800); expected printable text"),
        ("a: [1, &x 2]\n", "x.yml, line 1, a[1]: an anchor (&x); expected plain YAML without anchors"),
        ("a:\n  b: 1\n  b: 2\n", "x.yml, line 3, a: the key 'b' appears twice; expected each key once"),
    ],
)
def test_messages(text: str, message: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        yaml_guard.read(text, source="x.yml")
    assert str(caught.value) == message


@pytest.mark.parametrize("name", [name for name, data in REFUSED.items() if isinstance(data, str) and len(data) < 2000])
def test_without_libyaml_the_answers_are_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = str(REFUSED[name])

    def answer() -> object:
        try:
            return yaml_guard.read(text, source="x.yml")
        except InvalidFile as error:
            return error.fields.get("line")

    with_libyaml = answer()
    monkeypatch.setattr(yaml_guard, "_LOADER", yaml.BaseLoader)
    assert answer() == with_libyaml
