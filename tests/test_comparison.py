"""Two sides compared, whatever each of them is."""

from __future__ import annotations

from dataclasses import replace

from jupyter_envs import envfile, exports
from jupyter_envs.comparison import Change, compare
from jupyter_envs.models import Package, Spec

from .pure_values import LOCK, conda_package, pip_package

A9, A10 = conda_package("a", "1.9"), conda_package("a", "1.10")


def full(*packages: Package) -> Spec:
    """The packages as a full environment file says them."""
    return envfile.parse(exports.write(exports.Source("a", "linux-64", packages), "full").text)


def test_packages_are_compared_platform_by_platform() -> None:
    windows = [replace(one, platform="win-64") for one in (A10, A9)]
    found = compare([A9, windows[0]], [A10, windows[1]])
    assert found.changes == (
        Change("up", "a", "conda", "linux-64", "1.9", "1.10"),
        Change("down", "a", "conda", "win-64", "1.10", "1.9"),
    )
    assert [group["platform"] for group in found.to_json()["platforms"]] == ["linux-64", "win-64"]
    assert found.to_json()["same"] is False and compare([A9], [A9]).to_json()["same"] is True


def test_platforms_that_only_one_side_has_are_named() -> None:
    found = compare([A9, replace(A9, platform="osx-arm64")], [A9])
    assert found.changes == ()
    assert found.notes == ("Only the first has packages for osx-arm64: they are not compared.",)


def test_everything_is_added_to_an_empty_side() -> None:
    assert [change.kind for change in compare([], [A9]).changes] == ["added"]
    assert [change.kind for change in compare([A9], []).changes] == ["removed"]


def test_files_are_compared_by_what_they_ask_for() -> None:
    before = Spec(channels=("a",), conda=("python=3.11", "numpy", "b ==1.9", "c >=1"), pip=("requests",))
    after = Spec(
        channels=("b",), conda=("python=3.12", "numpy", "b ==1.10", "d"), pip=("--pre", "requests>=2", "-e ./x")
    )
    found = compare(before, replace(after, variables={"N": "1"}))
    assert [(change.kind, change.name, change.before, change.after) for change in found.changes] == [
        ("up", "b", "1.9", "1.10"),
        ("removed", "c", ">=1", None),
        ("added", "d", None, ""),
        ("changed", "python", "3.11*", "3.12*"),
        ("added", "-e ./x", None, ""),
        ("changed", "requests", "", ">=2"),
    ]
    assert found.notes == (
        "The channels differ: a before, b after.",
        "The options of the pip sections differ.",
        "The variables differ: N.",
    )


def test_full_files_compare_as_packages_do() -> None:
    found = compare(full(A9, pip_package("x", "1.0rc1")), full(A10, pip_package("x", "1.0")))
    assert [(change.kind, change.name) for change in found.changes if change.name != "pip"] == [
        ("up", "a"),
        ("up", "x"),
    ]
    assert compare(full(*LOCK.packages), LOCK.packages).changes == ()


def test_a_file_against_packages_shows_what_is_not_met() -> None:
    spec = Spec(conda=("a >=1.10", "b", "python=3.12"), pip=("x<1",))
    found = compare(spec, [A9, *LOCK.packages, pip_package("x", "1.0")])
    assert [(change.kind, change.name, change.before, change.after) for change in found.changes] == [
        ("changed", "a", ">=1.10", "1.9"),
        ("removed", "b", "", None),
        ("changed", "x", "<1", "1.0"),
    ]
    assert found.notes == ("Not compared, as the environment file does not name them: 4 packages.",)
    back = compare([A9], spec)
    assert [(change.kind, change.name, change.before, change.after) for change in back.changes] == [
        ("changed", "a", "1.9", ">=1.10"),
        ("added", "b", None, ""),
        ("added", "python", None, "3.12*"),
        ("added", "x", None, "<1"),
    ]


def test_a_build_that_was_asked_for_counts() -> None:
    assert compare(Spec(conda=("a=1.9=h0_0",)), [A9]).changes == ()
    assert compare(Spec(conda=("a=1.9=h1_*",)), [A9]).changes[0].kind == "changed"
    assert compare(Spec(conda=("a 1.*.2",)), [A9]).changes == (), "what is not understood is no difference"


def test_constraints_ask_for_nothing_and_count_where_there_is_something() -> None:
    spec = Spec(pip=("x", "# constraint: y<2", "# constraint: Y!=1.5", "# constraint: gone<1"))
    met = compare(spec, [pip_package("x", "1.0"), pip_package("y", "1.0")])
    assert met.changes == ()
    unmet = compare([pip_package("x", "1.0"), pip_package("y", "1.5")], spec)
    assert [(one.kind, one.name, one.before, one.after) for one in unmet.changes] == [
        ("changed", "y", "1.5", "<2,!=1.5")
    ]
    assert compare(spec, Spec(pip=("x", "# constraint: y<3"))).notes == ("The constraints differ: gone, y.",)


def test_on_each_platform_counts_what_is_asked_for_there() -> None:
    spec = Spec(conda=("a", "a=2  # sel(win)", "only  # [osx]"), pip=("x  # [linux]",))
    mac = [replace(one, platform="osx-arm64") for one in (A9,)]
    windows = [replace(A9, platform="win-64")]
    found = compare([A9, pip_package("x"), *mac, *windows], spec)
    assert [(one.kind, one.name, one.platform, one.after) for one in found.changes] == [
        ("added", "only", "osx-arm64", ""),
        ("changed", "a", "win-64", "2*"),
    ]
    assert [(one.kind, one.name) for one in compare(spec, Spec(conda=("a", "a=3  # sel(win)"))).changes] == [
        ("changed", "a [win]"),
        ("removed", "only [osx]"),
        ("removed", "x [linux]"),
    ]
