"""``@EXPLICIT`` lists: ours and conda's read as locks, anything else in them is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import archives, exports, lockfile
from jupyter_envs.archives import Archive
from jupyter_envs.errors import InvalidFile

from .pure_values import CHANNEL, LOCK, OPENSSL, PYTHON, TZDATA

LIST = exports.write(exports.Source("a", "linux-64", LOCK.packages), "explicit").text
CONDA = f"""\
# This file may be used to create an environment using:
# $ conda create --name <env> --file <this file>
# platform: linux-64
# created-by: conda 26.9.0
@EXPLICIT
{OPENSSL.url}#{OPENSSL.sha256}
"""


def test_what_we_write_is_read_as_the_same_packages() -> None:
    read = lockfile.parse(LIST)
    stripped = [replace(package, md5="", size=None, depends=()) for package in (OPENSSL, PYTHON, TZDATA)]
    assert list(read.packages) == stripped
    assert (read.channels, read.platforms) == ((CHANNEL,), ("linux-64",))


def test_condas_own_list_is_read() -> None:
    (package,) = lockfile.parse(CONDA).packages
    assert (package.name, package.sha256) == ("openssl", OPENSSL.sha256)


def test_without_a_comment_the_folder_names_the_platform() -> None:
    assert lockfile.parse(
        f"@EXPLICIT\n{TZDATA.url}#sha256:{TZDATA.sha256}\n{OPENSSL.url}#{OPENSSL.sha256}\n"
    ).platforms == ("linux-64",)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (f"@EXPLICIT\n{TZDATA.url}#sha256:{TZDATA.sha256}\n", None, "for which platform"),
        (f"# platform: linux-64\n@EXPLICIT\n{OPENSSL.url}\n", 3, "no SHA-256 behind 'openssl'"),
        (f"# platform: linux-64\n@EXPLICIT\n{OPENSSL.url}#{OPENSSL.md5}\n", 3, "no SHA-256 behind 'openssl'"),
        (f"# platform: osx-64\n@EXPLICIT\n{OPENSSL.url}#{OPENSSL.sha256}\n", 3, "not a package's address"),
        ("# platform: linux-64\n@EXPLICIT\nnumpy=1.26\n", 3, "not a package's address"),
        ("# platform: linux-64\n@EXPLICIT\n/etc/linux-64/a-1-b.conda#" + "0" * 64, 3, "not a package's address"),
        ("# platform: linux-64\n@EXPLICIT\nhttps://h.example.org/linux-64/a.whl\n", 3, "not a package's address"),
    ],
)
def test_what_is_no_list_is_refused(text: str, line: int | None, says: str) -> None:
    with pytest.raises(InvalidFile, match=says) as caught:
        lockfile.parse(text)
    assert caught.value.fields.get("line") == line


@pytest.mark.parametrize(
    ("address", "archive"),
    [
        (OPENSSL.url, Archive(CHANNEL, "linux-64", "openssl", "3.3.2", "hb9d_0")),
        ("file:///srv/c/noarch/a-b-1%212.0-py_0.tar.bz2", Archive("file:///srv/c", "noarch", "a-b", "1!2.0", "py_0")),
        ("a-1.0-0.conda", Archive("", "", "a", "1.0", "0")),
        ("https://h.example.org/noarch/a-1.0.conda", None),
        ("https://h.example.org/noarch/a-1.0-b.whl", None),
        ("https://h.example.org/noarch/..%2Fa-1.0-b.conda", None),
    ],
)
def test_an_address_says_which_package_it_is(address: str, archive: Archive | None) -> None:
    assert archives.parse(address) == archive


@given(st.text() | st.text("/\\:[]-.%2Fa1").map(lambda text: text + "-1-0.conda"))
def test_any_text_may_be_an_address(text: str) -> None:
    found = archives.parse(text)
    assert found is None or "/" not in found.name + found.version + found.build
