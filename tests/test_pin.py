"""Pins: read from metadata that anyone may have written, and held against what is there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import pin
from jupyter_envs.envfile import locked_from
from jupyter_envs.errors import InvalidFile
from jupyter_envs.models import Difference, Pin, Spec
from jupyter_envs.verdicts import VerdictState

from .pure_values import IDNA, LOCK, OPENSSL, PYTHON, conda_package, pip_package

SPEC = Spec(name="penguins", conda=("python",), pip=("requests",))
LOCKED = locked_from(LOCK, SPEC)
PIN = Pin(environment="penguins", file="environment.yml", lock="penguins.conda-lock.yml", digest=LOCKED.digest())
ENTRY: dict[str, Any] = {
    "version": 1,
    "environment": "penguins",
    "file": "environment.yml",
    "lock": "penguins.conda-lock.yml",
    "digest": LOCKED.digest(),
}


def test_a_pin_is_read() -> None:
    assert pin.read({"kernelspec": {}, "jupyter_envs": ENTRY}) == PIN


def test_a_notebook_may_have_none() -> None:
    assert pin.read({"kernelspec": {}}) is None


def test_a_pin_is_written_beside_what_is_there() -> None:
    before = {"kernelspec": {"name": "python3"}}
    after = pin.write(before, PIN)
    assert after == {"kernelspec": {"name": "python3"}, "jupyter_envs": ENTRY}
    assert before == {"kernelspec": {"name": "python3"}}
    assert pin.remove(after) == before
    assert pin.remove(before) == before


def test_what_a_pin_says_more_is_kept() -> None:
    before = {"jupyter_envs": {**ENTRY, "environment": "older", "colour": "blue"}}
    assert pin.write(before, PIN) == {"jupyter_envs": {**ENTRY, "colour": "blue"}}
    for wrong in ([1], "text", 7, None):
        assert pin.write({"jupyter_envs": wrong}, PIN) == {"jupyter_envs": ENTRY}


def test_a_pin_of_a_newer_version_is_not_replaced() -> None:
    with pytest.raises(InvalidFile, match="this program reads version 1"):
        pin.check_replaceable({"jupyter_envs": {**ENTRY, "version": 2, "environment": ["many"]}})
    for replaceable in (ENTRY, {**ENTRY, "version": "2"}, [1], "text", None, {}):
        pin.check_replaceable({"jupyter_envs": replaceable})
    pin.check_replaceable({})


def test_a_pin_survives_a_notebook_file() -> None:
    notebook = nbformat.v4.new_notebook(metadata=pin.write({}, PIN))  # type: ignore[no-untyped-call]
    text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    read = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    assert pin.read(read.metadata) == PIN


file_names = st.from_regex(r"[a-z0-9_][a-z0-9_.-]{0,8}(/[a-z0-9_][a-z0-9_.-]{0,8}){0,2}", fullmatch=True)
pins = st.builds(
    Pin,
    environment=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
    file=file_names,
    lock=file_names,
    digest=st.text("0123456789abcdef", min_size=64, max_size=64),
)


@given(pins)
def test_what_is_written_is_read_as_the_same(any_pin: Pin) -> None:
    assert pin.read(json.loads(json.dumps(pin.write({}, any_pin)))) == any_pin


NO_PATHS: list[Any] = [None, 3, [], {}, "", "/etc/passwd", "../environment.yml", "a/../../b", "./a", "a//b", "a/", ".."]
NO_PATHS += ["C:/a.yml", "c:a.yml", "a\\b", "\\\\host\\share", "a\0b", "a\nb", "~/a/../b", "a" * 2000, "a\u202eb"]
NO_PATHS += ["https://x.example.org/a.yml", "file:///etc/passwd"]
NO_NAMES: list[Any] = [None, 3, [], "", ".", "..", "a/b", "../a", "a b", "-rf", "é", "a" * 65, "a\n", "a%00"]
NO_NAMES += ["<b>x</b>", "$(reboot)", "a;b", "${HOME}"]
NO_DIGESTS: list[Any] = [None, 3, "", "abc", "g" * 64, "0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n"]
NO_VERSIONS: list[Any] = [None, 0, -1, 1.0, "1", True, [], 2, 10**30]
WRONG = {"file": NO_PATHS, "lock": NO_PATHS, "environment": NO_NAMES, "digest": NO_DIGESTS, "version": NO_VERSIONS}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in WRONG.items() for value in values])
def test_what_is_no_pin_is_refused(key: str, value: Any) -> None:
    with pytest.raises(InvalidFile) as caught:
        pin.read({"jupyter_envs": {**ENTRY, key: value}}, source="analysis.ipynb")
    message = str(caught.value)
    assert message.startswith("analysis.ipynb, metadata.jupyter_envs")
    assert len(message) < 400
    assert message.isprintable()


@pytest.mark.parametrize("key", ENTRY)
def test_nothing_may_be_missing(key: str) -> None:
    entry = {name: value for name, value in ENTRY.items() if name != key}
    with pytest.raises(InvalidFile):
        pin.read({"jupyter_envs": entry})


@pytest.mark.parametrize("value", [None, 3, "penguins", [ENTRY], True])
def test_a_pin_is_a_mapping(value: Any) -> None:
    with pytest.raises(InvalidFile, match="expected a mapping"):
        pin.read({"jupyter_envs": value})


def test_a_newer_version_says_what_to_do() -> None:
    with pytest.raises(InvalidFile, match="the pin has version 2, this program reads version 1") as caught:
        pin.read({"jupyter_envs": {**ENTRY, "version": 2}})
    assert caught.value.hints == ("Update Jupyter Envs to open this notebook in its environment.",)


def test_unknown_fields_are_nobodys_business() -> None:
    assert pin.read({"jupyter_envs": {**ENTRY, "colour": "green"}}) == PIN


def test_nothing_differs() -> None:
    assert pin.differences(LOCK.packages, LOCK.packages[::-1]) == ()


def test_differences_are_by_name() -> None:
    installed = [
        replace(OPENSSL, version="3.3.3", sha256=""),
        replace(PYTHON, build="h2_1_cpython"),
        pip_package("tqdm", "4.67.1"),
        *LOCK.packages[2:4],
    ]
    assert pin.differences(LOCK.packages, installed) == (
        Difference("openssl", "3.3.2", "3.3.3"),
        Difference("python", f"3.12.7 h1_0_cpython {PYTHON.sha256[:7]}", f"3.12.7 h2_1_cpython {PYTHON.sha256[:7]}"),
        Difference("requests", "2.32.3", None, "pip"),
        Difference("tqdm", None, "4.67.1", "pip"),
    )


def test_another_hash_is_another_package() -> None:
    (found,) = pin.differences([OPENSSL], [replace(OPENSSL, sha256="f" * 64)])
    assert found.after == "3.3.2 hb9d_0 fffffff"


def test_an_unknown_hash_is_no_difference() -> None:
    assert pin.differences([IDNA], [replace(IDNA, sha256="", url="")]) == ()


def test_names_of_pip_packages_are_compared_as_pip_does() -> None:
    assert pin.differences([pip_package("Foo_Bar")], [replace(pip_package("Foo_Bar"), name="foo-bar")]) == ()


def test_a_package_that_pip_put_over_condas_shows_on_both_sides() -> None:
    over = pip_package("openssl", "9.9")
    assert pin.differences([OPENSSL], [over]) == (
        Difference("openssl", "3.3.2", None, "conda"),
        Difference("openssl", None, "9.9", "pip"),
    )


def verdict(**changes: Any) -> tuple[VerdictState, str, str]:
    given: dict[str, Any] = {"platform": "linux-64", "spec": SPEC, "lock": LOCKED, "installed": LOCKED.packages}
    found = pin.verdict(changes.pop("pin", PIN), **{**given, **changes})
    return found.state, found.sentence, found.action


def test_match() -> None:
    assert verdict() == (VerdictState.MATCH, "Runs exactly what environment.yml locks.", "none")


def test_match_without_the_environment_file() -> None:
    assert verdict(spec=None)[0] is VerdictState.MATCH


def test_unpinned() -> None:
    sentence = "Nothing records which environment this notebook needs."
    assert verdict(pin=None, lock=None) == (VerdictState.UNPINNED, sentence, "pin")


def test_unlocked_without_a_lock() -> None:
    sentence = "penguins.conda-lock.yml is not there, so nothing says which packages this notebook ran with."
    assert verdict(lock=None, installed=None) == (VerdictState.UNLOCKED, sentence, "lock")


def test_unlocked_on_another_platform() -> None:
    lock = replace(LOCKED, platforms=("linux-64", "osx-arm64"))
    sentence = "The lock covers linux-64 and osx-arm64, not this machine (linux-aarch64)."
    assert verdict(lock=lock, platform="linux-aarch64") == (VerdictState.UNLOCKED, sentence, "lock")


def test_missing() -> None:
    lock = replace(LOCKED, channels=("conda-forge",))
    sentence = "Not on this machine yet. 5 packages from conda-forge and PyPI."
    assert verdict(lock=lock, installed=None) == (VerdictState.MISSING, sentence, "build")


def test_missing_wins_over_outdated() -> None:
    assert verdict(spec=Spec(conda=("pandas",)), installed=None)[0] is VerdictState.MISSING


@pytest.mark.parametrize(
    ("spec", "added"),
    [
        (Spec(conda=("python=3.12",)), "."),
        (Spec(conda=("python", "seaborn >=0.13")), ": + seaborn."),
        (Spec(conda=("python", "pywin32  # [win]", "x  # sel(osx)", "tqdm  # [linux]")), ": + tqdm."),
        (
            Spec(conda=("python", "a"), pip=("Requests", "b[x]>=1", "-e .", "https://h.example.org/c.whl")),
            ": + a, + b.",
        ),
        (Spec(conda=("a", "b", "c", "d")), ": + a, + b, + c and 1 more."),
    ],
)
def test_outdated_after_an_edit(spec: Spec, added: str) -> None:
    sentence = f"environment.yml was edited after it was locked{added}"
    assert verdict(spec=spec) == (VerdictState.OUTDATED, sentence, "update")


def test_outdated_when_the_lock_is_another_one() -> None:
    lock = replace(LOCKED, packages=(*LOCKED.packages, conda_package("xz")))
    state, sentence, action = verdict(lock=lock, installed=lock.packages)
    assert (state, action) == (VerdictState.OUTDATED, "update")
    assert sentence == "penguins.conda-lock.yml is not the lock that this notebook names."


def test_a_new_order_or_name_is_no_edit() -> None:
    lock = locked_from(LOCK, Spec(name="a", conda=("python", "numpy >=1")))
    assert verdict(lock=lock, spec=Spec(name="b", conda=("numpy>=1", "python")))[0] is VerdictState.MATCH


@pytest.mark.parametrize(
    ("installed", "sentence"),
    [
        (LOCK.packages[1:], "1 package differs from the lock."),
        (LOCK.packages[2:], "2 packages differ from the lock."),
    ],
)
def test_drifted(installed: Any, sentence: str) -> None:
    assert verdict(installed=installed) == (VerdictState.DRIFTED, sentence, "restore")


def test_an_empty_environment_has_drifted_and_is_not_missing() -> None:
    assert verdict(installed=())[0] is VerdictState.DRIFTED
