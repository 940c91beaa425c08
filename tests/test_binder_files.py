"""The files below ``binder/``: what is in them, how they are told apart from people's, what stops them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import binder, explicit_list
from jupyter_envs.binder import State, Target, Wish
from jupyter_envs.binder.marker import marked
from jupyter_envs.errors import InvalidInput
from jupyter_envs.models import Lock, Spec

from .pure_values import CHANNEL, IDNA, OPENSSL, PYTHON, conda_package

LOCK = Lock((PYTHON, OPENSSL, IDNA), (CHANNEL,), ("linux-64",))
IMAGE = f"quay.example.org/jupyter/base-notebook@sha256:{'0' * 64}"


def target(name: str = "Penguins", lock: Lock = LOCK, **more: object) -> Target:
    spec = Spec(name=name, channels=(CHANNEL,), conda=("python=3.12", "openssl"), pip=("idna",))
    return Target(name, lock, spec, (f"{name}.ipynb",), (name.lower(),), **more)


def texts(*targets: Target) -> dict[str, str]:
    return {file.path: file.text for file in binder.write_files(targets, Wish())}


def for_arm(lock: Lock) -> Lock:
    arm = tuple(replace(package, platform="linux-aarch64") for package in lock.packages if package.manager == "pip")
    python = replace(PYTHON, platform="linux-aarch64", url=PYTHON.url.replace("linux-64", "linux-aarch64"))
    return replace(lock, packages=(*lock.packages, *arm, python), platforms=("linux-64", "linux-aarch64"))


def test_one_environment() -> None:
    files = texts(target())
    assert list(files) == [
        "binder/environment.yml",
        "binder/conda-linux-64.lock",
        "binder/requirements.lock",
        "binder/postBuild",
    ]
    assert yaml.safe_load(files["binder/environment.yml"]) == {"dependencies": ["python=3.12"]}
    listed = explicit_list.parse(files["binder/conda-linux-64.lock"], source="list")
    assert {(one.name, one.sha256) for one in listed.packages} == {(one.name, one.sha256) for one in (PYTHON, OPENSSL)}
    assert f"idna @ {IDNA.url} --hash=sha256:{IDNA.sha256}" in files["binder/requirements.lock"]
    assert "build Penguins ''\nregister Penguins '{}'\n" in files["binder/postBuild"]


def test_several_environments_and_platforms_have_lists_of_their_own() -> None:
    files = texts(target(lock=for_arm(LOCK)), target("plain", Lock((PYTHON,), (CHANNEL,), ("linux-64",))))
    assert list(files) == [
        "binder/environment.yml",
        "binder/Penguins.conda-linux-64.lock",
        "binder/Penguins.requirements.lock",
        "binder/Penguins.conda-linux-aarch64.lock",
        "binder/Penguins.requirements-linux-aarch64.lock",
        "binder/plain.conda-linux-64.lock",
        "binder/postBuild",
    ]
    assert "build plain plain.\n" in files["binder/postBuild"]


@pytest.mark.parametrize(
    "value", ["'; touch PWNED; '", "$(touch PWNED)", "`touch PWNED`", '"\n touch PWNED', "PYTHON\n"]
)
def test_values_stay_values_in_the_shell(value: str, tmp_path: Path) -> None:
    odd = target()
    odd = Target("Penguins", LOCK, replace(odd.spec, variables={"A": value}), (), ("a;touch PWNED",))
    text = texts(odd)["binder/postBuild"]
    assert odd.aliases == ()
    calls = text[text.index("\nbuild ") :].replace('"$MAMBA_EXE"', "true")
    shown = f'build() {{ :; }}\nregister() {{ printf %s "$2"; }}\n{calls}'
    done = subprocess.run(["bash", "-c", shown], cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"A": value}
    assert list(tmp_path.iterdir()) == []


def test_the_script_is_shell_and_python() -> None:
    text = texts(target())["binder/postBuild"]
    subprocess.run(["bash", "-n"], input=text.encode(), check=True)
    inner = text[text.index("<<'PYTHON'\n") + 11 : text.index("\nPYTHON\n")]
    compile(inner, "postBuild", "exec")
    assert text.startswith("#!/usr/bin/env bash\n")


def test_the_same_comes_out_again() -> None:
    for path, text in texts(target()).items():
        assert binder.state_of(text, text) is State.SAME, path
        assert binder.state_of(text.replace("\n", "\r\n"), text) is State.SAME
        assert binder.state_of(text + "# mine\n", text) is State.EDITED
        assert binder.state_of(text, text + "other") is State.GENERATED
        assert binder.state_of("mine\n", text) is State.FOREIGN
        assert binder.state_of(None, text) is State.ABSENT


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), max_size=6), st.integers(0, 200))
def test_a_marker_knows_every_edit(lines: list[str], position: int) -> None:
    text = marked(lines)
    assert binder.state_of(text, "") in (State.GENERATED, State.EDITED)
    changed = text[:position] + "x" + text[position:]
    assert binder.state_of(changed, "").is_peoples


def test_problems_are_named() -> None:
    secret = replace(conda_package("one"), url="https://u:canary@conda.example.org/linux-64/one-1.0-h0_0.conda")
    local = replace(conda_package("two"), url="file:///srv/linux-64/two-1.0-h0_0.conda")
    private = replace(conda_package("three"), url="http://10.1.2.3/linux-64/three-1.0-h0_0.conda")
    short = replace(conda_package("four"), sha256="abc")
    source = replace(IDNA, url="https://pypi.example.org/idna-1.tar.gz")
    lock = Lock((secret, local, private, short, source), (), ("linux-64",))
    spec = Spec(pip=("-e .", "../wheel.whl"), variables={"API_TOKEN": "canary", "GOOD": "1"})
    found = binder.problems([Target("odd", lock, spec, ("a.ipynb",))])
    # of the packages by name, then of the variables and of what was asked for
    assert [problem.code for problem in found] == [
        "bad-hash",
        "secret-address",
        "private-source",
        "local-source",
        "source-build",
        "secret-variable",
        "local-source",
        "local-source",
    ]
    assert "canary" not in str(found)
    assert all(problem.fix for problem in found)


def test_what_cannot_be_named_is_not_written() -> None:
    for bad in (replace(PYTHON, sha256="0" * 63), replace(PYTHON, url="file:///x/linux-64/python-3.12.7-h1_0.conda")):
        with pytest.raises(InvalidInput):
            texts(target(lock=Lock((bad,), (), ("linux-64",))))


def test_secrets_are_taken_out_of_the_lists() -> None:
    secret = replace(PYTHON, url=PYTHON.url.replace("https://", "https://user:canary@"))
    assert "canary" not in "".join(texts(target(lock=Lock((secret,), (), ("linux-64",)))).values())


def test_another_platform_and_clashing_kernels() -> None:
    mac = Lock((replace(PYTHON, platform="osx-arm64"),), (), ("osx-arm64",))
    assert [problem.code for problem in binder.problems([target(lock=mac)])] == ["not-locked-for-linux"]
    other = target("PENGUINS", Lock((PYTHON,), (), ("linux-64",)))
    assert [problem.code for problem in binder.problems([target(), other])] == ["kernel-clash"]


def test_merge_mode_is_a_plain_file_with_a_python_that_repo2docker_reads() -> None:
    (file,) = binder.merge_files(target(), Wish())
    assert yaml.safe_load(file.text) == {
        "channels": [CHANNEL],
        "dependencies": ["python=3.12", "openssl", "pip", {"pip": ["idna"]}],
    }


def test_a_recipe_needs_a_digest() -> None:
    assert f"FROM {IMAGE}\n" in binder.recipe([target()], IMAGE).text
    for image in ("", "jupyter/base-notebook", "jupyter/base-notebook:latest", f"{IMAGE}\nRUN x", "a@sha256:12"):
        with pytest.raises(InvalidInput):
            binder.recipe([target()], image)


def alone(name: str, python: str) -> Target:
    return target(name, Lock((IDNA,), (), ("linux-64",), python={"linux-64": python} if python else {}))


def test_pypi_packages_alone_stand_on_the_servers_python() -> None:
    files = texts(alone("wheels", "3.13.1"))
    assert yaml.safe_load(files["binder/environment.yml"]) == {"dependencies": ["python=3.13"]}
    assert list(files) == ["binder/environment.yml", "binder/requirements.lock", "binder/postBuild"]
    assert "build wheels '' 3.13\n" in files["binder/postBuild"]
    assert binder.problems([alone("wheels", "3.13.1"), target("penguins")]) == ()
    for others in ([alone("b", "3.12.0")], [alone("b", "")], [alone("b", "2.7.18")]):
        found = binder.problems([alone("a", "3.13.1"), *others])
        assert [problem.code for problem in found] == ["server-python"]


def test_another_python_of_the_server_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """Somebody edited environment.yml, or an image of one's own has another Python."""
    for file in binder.write_files([alone("wheels", "3.8.1")], Wish()):
        place = tmp_path / file.path
        place.parent.mkdir(exist_ok=True)
        place.write_text(file.text)
    assert platform.python_version_tuple()[:2] != ("3", "8")
    env = {
        "PATH": os.environ["PATH"],
        "CONDA_DIR": str(tmp_path / "conda"),
        "CONDA_PLATFORM": "linux-64",
        "MAMBA_EXE": "false",
        "NB_PYTHON_PREFIX": sys.prefix,
    }
    script = str(tmp_path / "binder" / "postBuild")
    done = subprocess.run(["bash", script], env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    here = ".".join(platform.python_version_tuple()[:2])
    sentence = f"The environment wheels is locked for Python 3.8, and the server here has Python {here}."
    assert done.stderr == f"{sentence}\n"
    assert not (tmp_path / "conda").exists()


def test_the_estimate_says_what_its_numbers_come_from() -> None:
    found = binder.estimate([target()])
    assert (found.packages, found.unknown, found.measured) == (3, 1, 0)
    assert found.size == found.download * 4
    assert "assumed to be 4 times" in found.basis
    assert "1.5 MB for each of 1" in found.basis
    measured = binder.estimate([target()], {PYTHON.sha256: 1_000, OPENSSL.sha256: 10})
    assert measured.size == 1_010 + 1_500_000 * 4
    assert "measured on this machine for 2 of 3 packages" in measured.basis
    everything = {package.sha256: 7 for package in (PYTHON, OPENSSL, IDNA)}
    assert binder.estimate([target()], everything).size == 21
    assert "In the image: measured on this machine." in binder.estimate([target()], everything).basis


def test_what_several_environments_share_is_downloaded_once() -> None:
    one, both = binder.estimate([target("a")]), binder.estimate([target("a"), target("b")])
    assert both.packages == 4
    assert both.download == one.download + 1_500_000
    assert both.size == 2 * one.size
