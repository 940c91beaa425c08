"""What must be installed is named when it is not."""

from __future__ import annotations

import pytest

from jupyter_envs.errors import EngineFailed
from jupyter_envs.floors import check, check_floors


def test_this_installation_is_new_enough() -> None:
    check_floors()
    check(["uv>=0.9", "zzz-absent>=1; extra == 'test'", "zzz-absent; python_version < '3'"])


@pytest.mark.parametrize("line", ["uv>=99", "py-rattler<0.1", "zzz-absent>=1"])
def test_what_is_too_old_or_absent_is_named(line: str) -> None:
    with pytest.raises(EngineFailed, match=r"needs (uv|py-rattler|zzz-absent)[<>]") as caught:
        check([line])
    assert caught.value.hints
