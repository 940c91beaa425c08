"""The plan that is shown: held against what is there, package by package."""

from __future__ import annotations

from jupyter_envs.engine.answers import Pending
from jupyter_envs.manager.planning import Resolved, Wanted, propose
from jupyter_envs.models import Package, Plan, Spec

from .pure_values import conda_package, pip_package


def planned(current: list[Package], *packages: Package) -> Plan:
    resolved = Resolved(Spec("a"), packages, ())
    return propose(Wanted("a", Spec("a")), resolved, Pending((), {}), current, "linux-64").plan


def test_condas_package_and_pips_of_one_name_are_two() -> None:
    conda, pip = conda_package("numpy", "1.0"), pip_package("numpy", "2.0")
    assert planned([conda, pip], conda).removed == (pip,)
    assert planned([conda], conda, pip).added == (pip,)
    plan = planned([conda], pip)
    assert (plan.added, plan.removed) == ((pip,), (conda,))


def test_a_name_is_compared_as_its_manager_does() -> None:
    lock, here = pip_package("Foo_Bar", "2.0"), pip_package("foo-bar", "1.0")
    assert planned([], lock).added == (lock,)
    assert [(one.before, one.after) for one in planned([here], lock).changed] == [("1.0", "2.0")]
    assert planned([lock]).removed == (lock,)
