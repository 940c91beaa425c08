"""T28: what must be installed is named when it is not, and what we depend on has a floor."""

from __future__ import annotations

from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement

from jupyter_envs.errors import EngineFailed
from jupyter_envs.floors import check, check_floors

from .support.counts import tell

LINES = ["uv>=99", "py-rattler<0.1", "zzz-absent>=1"]


def test_this_installation_is_new_enough() -> None:
    check_floors()
    check(["uv>=0.9", "zzz-absent>=1; extra == 'test'", "zzz-absent; python_version < '3'"])


@pytest.mark.parametrize("line", LINES)
def test_what_is_too_old_or_absent_is_named(line: str) -> None:
    with pytest.raises(EngineFailed, match=r"needs (uv|py-rattler|zzz-absent)[<>]") as caught:
        check([line])
    assert caught.value.hints


def test_everything_that_we_depend_on_has_a_floor() -> None:
    ours = [Requirement(line) for line in requires("jupyter-envs") or () if "extra ==" not in line]
    bare = [str(one) for one in ours if not {spec.operator for spec in one.specifier} & {">=", "==", "~="}]
    assert ours and bare == []
    tell("T28, floors", f"dependencies with a floor, and {len(LINES)} that are not met named", len(ours), len(ours))
