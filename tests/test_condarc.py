"""conda's configuration files: what is understood, refused, merged; every value with the line that it comes from."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import condarc
from jupyter_envs.channels import (
    Channel,
    CondaSettings,
    has_licence_terms,
    settings_from_json,
    settings_of,
)
from jupyter_envs.errors import InvalidFile, InvalidSpec

FULL = """\
channels:
  - conda-forge
  - defaults
default_channels: [https://example.org/pkgs/main, https://example.org/pkgs/r]
channel_alias: https://example.org/alias/
custom_channels:
  ours: https://example.org/conda
custom_multichannels:
  both: [ours, conda-forge]
channel_priority: flexible
pkgs_dirs:
  - /shared/pkgs
envs_path: /shared/envs
ssl_verify: /etc/certificates.pem
proxy_servers:
  https: http://user:hush@proxy.example.org:3128
auto_activate_base: false
"""


def settings(*texts: str) -> CondaSettings:
    """The settings of several files, the last of which counts most."""
    return settings_of(condarc.merge([condarc.parse(text, source=f"file{n}") for n, text in enumerate(texts)]))


def test_every_key_is_understood() -> None:
    found = settings(FULL)
    assert found.channels == ("conda-forge", "defaults")
    assert found.default_channels == ("https://example.org/pkgs/main", "https://example.org/pkgs/r")
    assert found.channel_alias == "https://example.org/alias/"
    assert found.custom_channels == {"ours": "https://example.org/conda"}
    assert found.custom_multichannels == {"both": ("ours", "conda-forge")}
    assert found.channel_priority == "flexible"
    assert found.pkgs_dirs == ("/shared/pkgs",)
    assert found.envs_dirs == ("/shared/envs",)
    assert found.ssl_verify == "/etc/certificates.pem"
    assert found.proxy_servers == {"https": "http://user:hush@proxy.example.org:3128"}
    assert set(found.origins) == set(condarc.KEYS)
    assert settings_from_json(found.to_json()) == replace(found, origins={})


def test_every_value_says_its_line_and_no_secret() -> None:
    origins = settings(FULL).origins
    assert origins["channels"] == "conda-forge (file0, line 2), defaults (file0, line 3)"
    assert origins["channel_alias"] == "https://example.org/alias/ (file0, line 5)"
    assert "line 16" in origins["proxy_servers"]
    assert "hush" not in str(origins)


def test_an_empty_file_says_nothing() -> None:
    assert settings("", "# nothing\n", "channels:\n") == CondaSettings()


@pytest.mark.parametrize(
    ("lower", "higher", "merged"),
    [
        ("channels: [a, b]", "channels: [c, a]", ("c", "a", "b")),
        ("channels:\n  - a #!top\n  - b", "channels: [c]", ("a", "c", "b")),
        ("channels:\n  - a\n  - b", "channels:\n  - c #!bottom", ("a", "b", "c")),
        ("channels:\n  - a #!bottom", "channels:\n  - b #!bottom\n  - c", ("c", "b", "a")),
        ("channels: #!final\n  - a", "channels: [c]", ("a",)),
        ("channels: [a] #!final", "channels:\n  - c #!top", ("a",)),
        ("channels: a", "channels: b", ("b", "a")),
    ],
)
def test_lists_are_merged_as_conda_does(lower: str, higher: str, merged: tuple[str, ...]) -> None:
    assert settings(lower, higher).channels == merged


def test_texts_the_last_counts_or_the_first_that_is_final() -> None:
    low, high = "channel_alias: https://example.org/a", "channel_alias: https://example.org/b"
    assert settings(low, high).channel_alias == "https://example.org/b"
    assert settings(f"{low} #!final", high).channel_alias == "https://example.org/a"


def test_mappings_are_merged_by_key() -> None:
    low = "custom_channels:\n  a: https://example.org/1 #!final\n  b: https://example.org/2\n"
    high = "custom_channels:\n  a: https://example.org/3\n  b: https://example.org/4\n  c: https://example.org/5\n"
    assert settings(low, high).custom_channels == {
        "a": "https://example.org/1",
        "b": "https://example.org/4",
        "c": "https://example.org/5",
    }
    multi = settings("custom_multichannels:\n  m: [a, b]\n", "custom_multichannels:\n  m: [c, a]\n")
    assert multi.custom_multichannels == {"m": ("c", "a", "b")}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("true", "flexible"), ("False", "disabled"), ("STRICT", "strict"), ("disabled", "disabled")],
)
def test_priorities_in_all_their_forms(written: str, meant: str) -> None:
    assert settings(f"channel_priority: {written}").channel_priority == meant


@pytest.mark.parametrize(("written", "meant"), [("yes", "true"), ("False", "false"), ("truststore", "truststore")])
def test_verification_in_all_its_forms(written: str, meant: str) -> None:
    assert settings(f"ssl_verify: {written}").ssl_verify == meant


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("- conda-forge", "a list"),
        ("channels: {a: b}", "channels"),
        ("channels:\n  - [a]", "line 2"),
        ("channels:\n  - {a: b}", "line 2"),
        ("channel_alias: [a]", "channel_alias"),
        ("custom_channels: [a]", "custom_channels"),
        ("custom_channels:\n  a: [b]", "line 2"),
        ("channel_priority: highest", "strict or flexible"),
        ("channels: [$SECRET]", "environment variable"),
        ("channel_alias: https://${TOKEN}@example.org", "environment variable"),
        ("proxy_servers: {http: '%PROXY%'}", "environment variable"),
        ("channels: &a [b]\nenvs_dirs: *a", "anchor"),
        ("channels: !!python/name:os.system [b]", "tag"),
        ("channels: [a]\nchannels: [b]", "twice"),
        ("channels: [", "not YAML"),
        ("channels: ['']", "empty"),
        ("a" * 2_000_000, "larger"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(text: str, telling: str) -> None:
    with pytest.raises(InvalidFile, match=telling) as caught:
        condarc.parse(text, source="x/.condarc")
    assert caught.value.message.startswith("x/.condarc")
    assert len(caught.value.message) < 1_000


def test_what_is_not_followed_is_said() -> None:
    found = condarc.parse(
        "denylist_channels: [a]\npinned_packages: []\npkgs_dirs: [$HOME/pkgs, /pkgs]\ncolour: red\n", source="f"
    )
    assert [note.split()[1] for note in found.notes] == ["line", "denylist_channels"]
    assert found.entries["pkgs_dirs"].texts == ("/pkgs",)


NAMES = st.sampled_from(["a", "b", "c", "d"])


@given(st.lists(st.lists(NAMES, min_size=1, unique=True), min_size=1, max_size=4))
def test_merging_lists_keeps_each_value_once_and_the_highest_file_first(files: list[list[str]]) -> None:
    merged = settings(*(yaml.safe_dump({"channels": names}) for names in files)).channels
    assert set(merged) == {name for names in files for name in names}
    assert len(set(merged)) == len(merged)
    assert merged[: len(files[-1])] == tuple(files[-1])


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(condarc.KEYS) | st.text(max_size=4), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_anything_is_understood_or_refused(value: Any) -> None:
    text = yaml.safe_dump(value)
    with contextlib.suppress(InvalidFile, InvalidSpec):
        settings_of(condarc.merge([condarc.parse(text, source="f")])).expand(["defaults", "x"])


ALIAS = "channel_alias: https://example.org/alias\n"


@pytest.mark.parametrize(
    ("text", "name", "addresses"),
    [
        ("", "conda-forge", ["conda-forge"]),
        ("", "defaults", ["pkgs/main", "pkgs/r"]),
        ("", "nodefaults", []),
        (ALIAS, "conda-forge", ["https://example.org/alias/conda-forge"]),
        (ALIAS, "conda-forge/label/dev", ["https://example.org/alias/conda-forge/label/dev"]),
        (ALIAS, "https://example.org/x", ["https://example.org/x"]),
        (ALIAS, "file:///channel", ["file:///channel"]),
        (ALIAS, "/channel", ["/channel"]),
        (ALIAS, "defaults", ["https://example.org/alias/pkgs/main", "https://example.org/alias/pkgs/r"]),
        (FULL, "defaults", ["https://example.org/pkgs/main", "https://example.org/pkgs/r"]),
        (FULL, "pkgs/main", ["https://example.org/pkgs/main"]),
        (FULL, "ours", ["https://example.org/conda/ours"]),
        (FULL, "ours/label/dev", ["https://example.org/conda/ours/label/dev"]),
        (FULL, "both", ["https://example.org/conda/ours", "https://example.org/alias/conda-forge"]),
        ("custom_multichannels:\n  defaults: [a]\n", "defaults", ["a"]),
        ("custom_multichannels:\n  a: [a, b]\n", "a", ["a", "b"]),
    ],
)
def test_what_a_channels_name_means(text: str, name: str, addresses: list[str]) -> None:
    assert [channel.address for channel in settings(text).expand([name])] == addresses


def test_each_channel_once_under_its_first_name() -> None:
    found = settings(FULL).expand(["ours", "both", "https://example.org/conda/ours"])
    assert found[0] == Channel("ours", "https://example.org/conda/ours")
    assert len(found) == 2


def test_names_in_a_circle_are_refused() -> None:
    with pytest.raises(InvalidSpec, match="itself"):
        settings("custom_multichannels:\n  a: [b]\n  b: [a]\n").expand(["a"])


def test_who_has_licence_terms() -> None:
    assert has_licence_terms(["conda-forge", "defaults"])
    assert has_licence_terms(["https://example.org/pkgs/main"])
    assert not has_licence_terms(["conda-forge", "main", "https://example.org/pkgs/mainly"])
