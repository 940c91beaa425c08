"""``Pipfile`` and ``Pipfile.lock``: what maps is read, what cannot be locked is refused with its key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from jupyter_envs import pipenv_files, pipsection
from jupyter_envs.errors import InvalidFile

HASH = f"sha256:{'a' * 64}"
OTHER = f"sha256:{'b' * 64}"
MIRROR = {"name": "mirror", "url": "https://mirror.example.org/simple", "verify_ssl": True}

PIPFILE = """
[[source]]
url = "https://mirror.example.org/simple"
verify_ssl = false
name = "mirror"

[packages]
pandas = ">=2,<3"
Flask_Login = {version = "*", extras = ["a", "b"], markers = "sys_platform == 'linux'", index = "mirror"}
old = {version = "==1.0", python_version = "< '3.11'"}

[dev-packages]
ipykernel = "*"
pandas = "*"

[requires]
python_version = "3.12"

[scripts]
start = "rm -rf ."
"""


def lock(default: dict[str, Any], develop: dict[str, Any] | None = None, **meta: Any) -> str:
    return json.dumps({"_meta": meta, "default": default, "develop": develop or {}}, indent=4)


def test_a_pipfile() -> None:
    read = pipenv_files.read(PIPFILE)
    assert read.spec.pip == (
        "--index-url https://mirror.example.org/simple",
        "--trusted-host mirror.example.org",
        "pandas>=2,<3",
        "Flask_Login[a,b] ; (sys_platform == 'linux')",
        "old==1.0 ; (python_version < '3.11')",
        "ipykernel",
    )
    assert read.spec.python == "==3.12.*"
    assert read.notes == (pipenv_files.BOTH_GROUPS,)
    assert read.spec.engine == "pypi"


def test_what_pipenv_s_own_settings_ask_for_and_what_is_left_out() -> None:
    early = pipenv_files.read(f"{PIPFILE}[pipenv]\nallow_prereleases = true\n[docs]\nsphinx = '*'\n")
    usual = pipenv_files.read(PIPFILE)
    assert early.spec.pip == ("--pre", *usual.spec.pip)
    assert early.notes == (*usual.notes, "Not read: docs. Only the packages and those for development are.")
    text = json.loads(lock({"a": {"version": "==1"}}))
    assert pipenv_files.read_lock(json.dumps({**text, "docs": {"sphinx": {}}})).notes == (early.notes[-1],)


def test_a_lock_keeps_every_version_and_every_hash() -> None:
    text = lock(
        {
            "numpy": {
                "version": "==2.1.0",
                "hashes": [HASH, OTHER],
                "markers": "python_version >= '3.9'",
                "index": "pypi",
            }
        },
        {"tool": {"version": "==1", "hashes": [HASH]}},
        requires={"python_version": "3", "python_full_version": "3.12.1"},
        sources=[{"name": "pypi", "url": "https://pypi.example/simple", "verify_ssl": True}, MIRROR],
    )
    spec = pipenv_files.read_lock(text).spec
    assert spec.python == "==3.12.1"
    assert spec.pip == (
        "--extra-index-url https://mirror.example.org/simple",
        f"numpy==2.1.0 ; (python_version >= '3.9') --hash={HASH} --hash={OTHER}",
        f"tool==1 --hash={HASH}",
    )
    assert pipenv_files.OWN_INDEX in pipenv_files.read_lock(text).notes
    numpy = pipsection.read(spec.pip).requirements[0]
    assert numpy.hashes == {"a" * 64, "b" * 64}


def test_a_file_of_the_web_is_asked_for_by_its_address() -> None:
    address = "https://files.example.org/x-1.0-py3-none-any.whl"
    entry = {"file": address, "hashes": [HASH], "extras": ["a"], "markers": "os_name == 'posix'", "version": "==1.0"}
    (one,) = pipsection.read(pipenv_files.read_lock(lock({"x": entry})).spec.pip).requirements
    assert (one.requirement.url, one.requirement.extras, one.hashes) == (address, {"a"}, frozenset({"a" * 64}))
    assert "posix" in str(one.requirement.marker)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"git": "https://example.org/x.git", "ref": "abc"}, "no hash that a lock could hold"),
        ({"path": "."}, "no hash that a lock could hold"),
        ({"file": "./x-1.0-py3-none-any.whl"}, "no hash that a lock could hold"),
        ({"file": "file:///x-1.0-py3-none-any.whl"}, "no hash that a lock could hold"),
        ({"file": "https://example.org/x-1.0.whl --target=/"}, "no hash that a lock could hold"),
        ({"file": "https://${TOKEN}@example.org/x-1.0-py3-none-any.whl"}, "filled in from the server's environment"),
        ({"file": 7}, "expected text"),
        ({"editable": True}, "no hash that a lock could hold"),
        ({"version": "=1.0"}, "'=1.0'"),
        ({"version": "==1.0 --config-settings=a=b"}, "a condition such as"),
        ({"version": "==1.0", "hashes": ["md5:abc"]}, "'md5:abc'"),
        ({"version": "==1.0", "hashes": [f"{HASH} --target=/"]}, "64 hexadecimal digits"),
        ({"version": "==1.0", "extras": ["a --pre"]}, "not allowed behind a requirement"),
        ({"version": "==1.0", "markers": "os_name == '${HOME}'"}, "filled in from the server's environment"),
        ({"odd": 1}, "'odd'"),
        (7, "'7'"),
    ],
)
def test_what_cannot_be_locked_is_refused(entry: Any, words: str) -> None:
    with pytest.raises(InvalidFile, match=words):
        pipenv_files.read_lock(lock({"x": entry}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "nested deeper"),
        ("[]", "not a lock of pipenv"),
        (lock({}), "no package in it"),
        (lock({"../x": "*"}), "a package's name"),
        (lock({"x": "*"}, sources=[{"url": "https://${TOKEN}@example.org/simple"}]), "server's environment"),
        (lock({"x": "*"}, sources="no"), "not a list of tables"),
        (lock({"x": "*"}, requires={"python_version": "three"}), "a version such as 3.12"),
    ],
)
def test_a_lock_that_is_none_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidFile, match=words):
        pipenv_files.read_lock(text)


_names = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
_entries = st.fixed_dictionaries(
    {"version": st.from_regex(r"==[0-9]{1,3}(\.[0-9]{1,3}){0,2}", fullmatch=True)},
    optional={"hashes": st.lists(st.sampled_from([HASH, OTHER]), unique=True), "index": st.just("pypi")},
)


@given(st.dictionaries(_names, _entries, min_size=1), st.dictionaries(_names, _entries))
def test_every_entry_is_one_requirement(default: dict[str, Any], develop: dict[str, Any]) -> None:
    section = pipsection.read(pipenv_files.read_lock(lock(default, develop)).spec.pip)
    wanted = {**develop, **default}
    assert {one.name: str(one.requirement) for one in section.requirements} == {
        name: str(Requirement(name + entry["version"])) for name, entry in wanted.items()
    }
    for one in section.requirements:
        assert {f"sha256:{digest}" for digest in one.hashes} == set(wanted[one.name].get("hashes", ()))


@given(st.text() | st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner)).map(json.dumps))
def test_any_text_is_read_or_refused(text: str) -> None:
    for reader in (pipenv_files.read, pipenv_files.read_lock):
        try:
            reader(text)
        except InvalidFile as error:
            assert len(str(error)) < 1000
