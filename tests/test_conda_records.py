"""Records are read the same with and without their lists of files, in whatever form they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_envs import conda_records
from jupyter_envs.errors import DiskTrouble

RECORD: dict[str, Any] = {
    "build": "h0_0",
    "depends": ["python >=3.12", 'odd "quoted" ]\n  ] text'],
    "files": ["lib/a.py", "lib/python3.12/site-packages/a-1.0.dist-info/METADATA", "odd ] name", "x\n  ]"],
    "name": "a",
    "paths_data": {"paths": [{"_path": "lib/a.py", "sha256": "0" * 64}], "paths_version": 1},
    "sha256": "1" * 64,
    "version": "1.0",
}
LISTS = ("files", "paths_data")


def written(folder: Path, record: object, **form: Any) -> Path:
    path = folder / "a-1.0-h0_0.json"
    path.write_text(json.dumps(record, **form), encoding="utf-8")
    return path


def without_lists(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in LISTS}


@pytest.mark.parametrize("form", [{"indent": 2}, {"indent": 2, "sort_keys": True}, {"indent": 1}, {"indent": 4}, {}])
def test_all_but_the_lists_is_read(tmp_path: Path, form: dict[str, Any]) -> None:
    record = conda_records.read(written(tmp_path, RECORD, **form))
    assert without_lists(record.fields) == without_lists(RECORD)
    assert record.metadata == {"lib/python3.12/site-packages/a-1.0.dist-info/METADATA"}


def test_lists_may_be_empty_or_missing(tmp_path: Path) -> None:
    empty = {**RECORD, "files": [], "paths_data": {}}
    assert conda_records.read(written(tmp_path, empty, indent=2)).fields == empty
    assert conda_records.read(written(tmp_path, without_lists(RECORD), indent=2)).fields == without_lists(RECORD)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(("build", *LISTS, "depends", "x")), _json), st.booleans(), st.booleans())
def test_no_content_confuses_it(tmp_path: Path, others: dict[str, Any], indented: bool, ascii_only: bool) -> None:
    path = written(tmp_path, {**others, "name": "a"}, indent=2 if indented else None, ensure_ascii=ascii_only)
    assert without_lists(conda_records.read(path).fields) == without_lists({**others, "name": "a"})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 1}', '{"name": "a"', "[" * 100_000, "\0"])
def test_a_damaged_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DiskTrouble, match="cannot be read") as caught:
        conda_records.read(tmp_path / "a.json")
    assert caught.value.fields["path"].endswith("a.json")


def test_a_record_that_was_changed_is_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "conda-meta"
    folder.mkdir()
    for version in ("1.0", "2.0", "3.0"):
        (folder / "a-1.json").write_text(json.dumps({"name": "a", "version": version}))
        (record,) = conda_records.read_all(tmp_path)
        assert record.fields["version"] == version
        assert conda_records.read_all(tmp_path)[0] is record
    (folder / "a-1.json").unlink()
    assert conda_records.read_all(tmp_path) == []
    assert conda_records.read_all(tmp_path / "absent") == []


@pytest.fixture
def fresh() -> Iterator[None]:
    """As in a new process."""
    conda_records._REMEMBERED.clear()
    yield
    conda_records._REMEMBERED.clear()


def indexed(tmp_path: Path) -> tuple[Path, Path]:
    """A prefix with an index, and its one record; another process has read nothing yet."""
    (tmp_path / "conda-meta").mkdir()
    record = written(tmp_path / "conda-meta", RECORD, indent=2)
    conda_records.write_index(tmp_path)
    conda_records._REMEMBERED.clear()
    return tmp_path / "conda-meta" / conda_records.INDEX, record


@pytest.mark.usefixtures("fresh")
def test_the_index_says_what_the_records_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, record = indexed(tmp_path)
    whole = conda_records.read(record)

    def fail(path: Path) -> None:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(conda_records, "read", fail)
    assert conda_records.read_all(tmp_path) == [whole]


@pytest.mark.usefixtures("fresh")
def test_a_record_that_is_not_the_one_of_the_index_is_read(tmp_path: Path) -> None:
    _, record = indexed(tmp_path)
    written(record.parent, {**RECORD, "version": "2.0"}, indent=2)
    written(tmp_path, {**RECORD, "name": "b"}, indent=2).rename(record.parent / "b-1.0-h0_0.json")
    assert [one.fields["version"] for one in conda_records.read_all(tmp_path)] == ["2.0", "1.0"]
    record.unlink()
    assert [one.fields["name"] for one in conda_records.read_all(tmp_path)] == ["b"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a-1.0-h0_0.json": 1}', '{"a-1.0-h0_0.json": [1, 2, 3, [], []]}', "[" * 100_000]
)
def test_an_index_that_is_damaged_does_not_count(tmp_path: Path, text: str) -> None:
    index, record = indexed(tmp_path)
    index.write_text(text)
    assert conda_records.read_all(tmp_path) == [conda_records.read(record)]
