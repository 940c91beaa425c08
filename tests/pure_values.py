"""Packages, locks and strategies that several test modules use."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from hypothesis import strategies as st

from jupyter_envs.models import Lock, Package

CHANNEL = "https://conda.example.org/forge"


def conda_package(name: str, version: str = "1.0", build: str = "h0_0", *, depends: tuple[str, ...] = ()) -> Package:
    """A package of the channel above; its hashes are those of its file's name."""
    file = f"{name}-{version}-{build}.conda"
    digits = build.rpartition("_")[2]
    return Package(
        name=name,
        version=version,
        platform="linux-64",
        build=build,
        build_number=int(digits) if digits.isdigit() else 0,
        subdir="linux-64",
        url=f"{CHANNEL}/linux-64/{file}",
        sha256=hashlib.sha256(file.encode()).hexdigest(),
        md5=hashlib.md5(file.encode(), usedforsecurity=False).hexdigest(),
        size=1234,
        depends=depends,
    )


def pip_package(name: str, version: str = "1.0", *, depends: tuple[str, ...] = ()) -> Package:
    """A wheel of an index."""
    file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    return Package(
        name=name,
        version=version,
        manager="pip",
        platform="linux-64",
        url=f"https://pypi.example.org/files/{file}",
        sha256=hashlib.sha256(file.encode()).hexdigest(),
        depends=depends,
    )


PYTHON = conda_package("python", "3.12.7", "h1_0_cpython", depends=("openssl >=3.3,<4.0a0", "tzdata"))
OPENSSL = conda_package("openssl", "3.3.2", "hb9d_0")
TZDATA = replace(
    conda_package("tzdata", "2024b", "hc8b5060_0"),
    subdir="noarch",
    url=f"{CHANNEL}/noarch/tzdata-2024b-hc8b5060_0.conda",
)
REQUESTS = pip_package("requests", "2.32.3", depends=("idna<4,>=2.5", "charset-normalizer[x]>=2 ; extra == 'y'"))
IDNA = pip_package("idna", "3.10")

LOCK = Lock(
    packages=(OPENSSL, PYTHON, TZDATA, IDNA, REQUESTS),
    channels=(CHANNEL, "conda-forge"),
    platforms=("linux-64",),
    content_hash={"linux-64": "0" * 64},
)

_names = st.from_regex(r"[a-z_][a-z0-9_.-]{0,10}", fullmatch=True)
_versions = st.from_regex(r"([0-9]!)?[0-9]{1,4}(\.[0-9]{1,3}){0,3}([a-z][0-9]{1,2})?(\+[a-z0-9]{1,4})?", fullmatch=True)
_builds = st.from_regex(r"[a-z0-9_.]{1,12}", fullmatch=True)
_conditions = st.from_regex(r"(>=|==|!=)[0-9]{1,3}(\.[0-9]{1,3}){0,2}(,<[0-9]{1,3})?", fullmatch=True)
_moments = st.datetimes().map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z".zfill(20))
_platforms = ("linux-64", "osx-arm64", "win-64")


def _hexadecimal(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=length, max_size=length)


def _once(dependencies: list[tuple[str, str]], form: str) -> tuple[str, ...]:
    return tuple(form.format(name, rest).rstrip() for name, rest in dict(dependencies).items())


@st.composite
def _conda_packages(draw: st.DrawFn) -> Package:
    name, version, build = draw(_names), draw(_versions), draw(_builds)
    platform = draw(st.sampled_from(_platforms))
    subdir = draw(st.sampled_from((platform, "noarch")))
    suffix = draw(st.sampled_from((".conda", ".tar.bz2")))
    rest = st.one_of(st.just(""), _conditions, st.builds("{} {}".format, _versions, _builds))
    return Package(
        name=name,
        version=version,
        platform=platform,
        build=build,
        build_number=draw(st.integers(0, 10**9)),
        subdir=subdir,
        url=f"{CHANNEL}/{subdir}/{name}-{version}-{build}{suffix}",
        sha256=draw(_hexadecimal(64)),
        md5=draw(st.just("") | _hexadecimal(32)),
        size=draw(st.none() | st.integers(0, 10**12)),
        depends=_once(draw(st.lists(st.tuples(_names, rest), max_size=4)), "{} {}"),
    )


@st.composite
def _pip_packages(draw: st.DrawFn) -> Package:
    name, version = draw(_names), draw(_versions)
    return Package(
        name=name,
        version=version,
        manager="pip",
        platform=draw(st.sampled_from(_platforms)),
        url=f"https://pypi.example.org/files/{name}-{version}.whl",
        sha256=draw(_hexadecimal(64)),
        size=draw(st.none() | st.integers(0, 10**12)),
        depends=_once(draw(st.lists(st.tuples(_names, st.just("") | _conditions), max_size=4)), "{}{}"),
    )


def _key(package: Package) -> tuple[str, str, str]:
    return (package.platform, package.manager, package.name)


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    """Any lock, its packages in the order in which locks are read."""
    drawn = draw(st.lists(st.one_of(_conda_packages(), _pip_packages()), max_size=8, unique_by=_key))
    return Lock(
        packages=tuple(sorted(drawn, key=_key)),
        channels=tuple(draw(st.lists(st.sampled_from((CHANNEL, "conda-forge", "defaults")), max_size=3))),
        platforms=_platforms,
        content_hash=draw(st.dictionaries(st.sampled_from(_platforms), _hexadecimal(64))),
        as_of=draw(st.dictionaries(st.sampled_from(_platforms), _moments)),
        system=draw(
            st.dictionaries(st.sampled_from(_platforms), st.sampled_from(("__cuda=12.4", "__cuda=12 __glibc=2.28")))
        ),
        python=draw(st.dictionaries(st.sampled_from(_platforms), st.sampled_from(("3.9.18", "3.12", "3.14.0rc1")))),
    )
