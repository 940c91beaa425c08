"""What leaves the machine: complete, readable elsewhere, and without secrets."""

from __future__ import annotations

from dataclasses import replace

import pytest
import rattler

from jupyter_envs import envfile, exports
from jupyter_envs.errors import InvalidInput
from jupyter_envs.models import Package, Spec

from .pure_values import IDNA, LOCK, OPENSSL, PYTHON, REQUESTS, TZDATA, pip_package

SPEC = Spec(
    name="penguins",
    channels=("https://conda.example.org/forge",),
    conda=("python=3.12", "pip"),
    pip=("--extra-index-url https://pypi.example.org/simple", "requests"),
    variables={"OMP_NUM_THREADS": "1"},
    platforms=("linux-64",),
)

FULL = """\
name: penguins
channels:
  - https://conda.example.org/forge
dependencies:
  - openssl=3.3.2=hb9d_0
  - python=3.12.7=h1_0_cpython
  - tzdata=2024b=hc8b5060_0
  - pip
  - pip:
      - --extra-index-url https://pypi.example.org/simple
      - idna==3.10
      - requests==2.32.3
variables:
  OMP_NUM_THREADS: '1'
"""

EXPLICIT = f"""\
# platform: linux-64
# An explicit list holds conda packages only; these are from PyPI:
#   idna==3.10 --hash=sha256:{IDNA.sha256}
#   requests==2.32.3 --hash=sha256:{REQUESTS.sha256}
@EXPLICIT
{OPENSSL.url}#sha256:{OPENSSL.sha256}
{PYTHON.url}#sha256:{PYTHON.sha256}
{TZDATA.url}#sha256:{TZDATA.sha256}
"""


def test_a_full_file_names_every_package() -> None:
    assert exports.full(SPEC, LOCK.packages) == FULL


def test_the_order_of_the_packages_does_not_matter() -> None:
    assert exports.full(SPEC, LOCK.packages[::-1]) == FULL
    assert exports.explicit(LOCK.packages[::-1], "linux-64") == EXPLICIT


def test_a_full_file_is_read_by_us_and_the_solver() -> None:
    read = envfile.parse(FULL)
    assert read.pip[1:] == ("idna==3.10", "requests==2.32.3")
    for text in read.conda[:3]:
        parsed = rattler.MatchSpec(text, strict=False)
        assert str(parsed.version).startswith("==")


def test_pip_packages_are_always_there() -> None:
    by_hand = pip_package("tqdm", "4.67.1")
    assert "      - tqdm==4.67.1\n" in exports.full(Spec(conda=("python",)), (PYTHON, by_hand))


def test_an_install_from_a_repository_keeps_its_origin() -> None:
    installed = replace(
        pip_package("clip"), url="git+https://user:Canary7231@git.example.org/a/clip.git@0a1b", sha256=""
    )
    text = exports.full(Spec(), (installed,))
    assert "- clip @ git+https://git.example.org/a/clip.git@0a1b\n" in text


def test_a_portable_file_is_what_was_asked_for() -> None:
    assert envfile.parse(exports.portable(SPEC)) == SPEC


def test_pip_itself_is_asked_for_where_a_pip_section_needs_it() -> None:
    assert envfile.parse(exports.portable(Spec(conda=("python",), pip=("requests",)))).conda == ("python", "pip")
    assert envfile.parse(exports.portable(Spec(conda=("pip=24",), pip=("requests",)))).conda == ("pip=24",)
    assert envfile.parse(exports.portable(Spec(conda=("python",)))).conda == ("python",)


def test_an_explicit_list_has_every_conda_package_with_its_hash() -> None:
    assert exports.explicit(LOCK.packages, "linux-64") == EXPLICIT


def test_an_explicit_list_is_for_one_platform() -> None:
    foreign = replace(OPENSSL, platform="osx-64")
    assert exports.explicit((foreign,), "linux-64") == "# platform: linux-64\n@EXPLICIT\n"


@pytest.mark.parametrize("incomplete", [replace(OPENSSL, url=""), replace(OPENSSL, sha256="")])
def test_an_explicit_list_never_leaves_a_package_out(incomplete: Package) -> None:
    with pytest.raises(InvalidInput, match=r"openssl 3\.3\.2 has no"):
        exports.explicit((incomplete,), "linux-64")


SECRETS = Spec(
    channels=("https://conda.example.org/t/Canary7231/forge", "conda-forge"),
    conda=("https://user:Canary7231@conda.example.org/forge::a", "python"),
    pip=(
        "--index-url https://Canary7231@pypi.example.org/simple",
        "b @ git+https://user:Canary7231@git.example.org/b.git",
        "https://pypi.example.org/c-1.0-py3-none-any.whl?token=Canary7231",
        "--find-links https://x.example.org/?sig=Canary7231",
    ),
)


def test_no_secret_leaves_and_what_was_cleaned_is_said() -> None:
    package = replace(OPENSSL, url=OPENSSL.url.replace("https://", "https://user:Canary7231@"))
    texts = [exports.portable(SECRETS), exports.full(SECRETS, (package,)), exports.explicit((package,), "linux-64")]
    assert not any("Canary7231" in text for text in texts)
    assert exports.cleaned(SECRETS) == (
        "https://conda.example.org/forge",
        "https://conda.example.org/forge::a",
        "--index-url https://pypi.example.org/simple",
        "b @ git+https://git.example.org/b.git",
        "https://pypi.example.org/c-1.0-py3-none-any.whl",
        "--find-links https://x.example.org/",
    )
    assert exports.cleaned(SPEC) == ()
