"""Repositories, links and badges; BinderHub's own client reads the same examples in the front end's tests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import binder
from jupyter_envs.binder import Link, Repository
from jupyter_envs.errors import InvalidInput
from jupyter_envs.manager import preflight

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES: list[dict[str, Any]] = json.loads((ROOT / "tests/examples/binder-links.json").read_text(encoding="utf-8"))
SHA = "0123456789abcdef0123456789abcdef01234567"
SECRET = "hunter2canary"


def made(example: dict[str, Any]) -> Link:
    repository = binder.parse_repository(example["repository"]).at(example["ref"])
    if "content" in example:
        content = binder.parse_repository(example["content"])
        branch = example.get("branch", "")
        return binder.puller_link(repository, content, example["notebook"], branch, hub=example["hub"])
    return binder.launch_link(repository, example["notebook"], hub=example["hub"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["url"])[:60])
def test_each_link_is_as_documented(example: dict[str, Any]) -> None:
    link = made(example)
    assert (link.url, link.spec, link.urlpath) == (example["url"], example["spec"], example["opens"])


def test_all_providers_are_among_the_examples() -> None:
    assert len(EXAMPLES) >= 30
    assert {example["spec"].partition("/")[0] for example in EXAMPLES} == set(binder.PROVIDERS)


def test_the_reference_shows_just_these_links() -> None:
    page = (ROOT / "docs/reference/binder.md").read_text(encoding="utf-8")
    for example in EXAMPLES:
        assert f"`{example['url']}`" in page


def test_the_reference_explains_every_finding() -> None:
    page = (ROOT / "docs/reference/binder.md").read_text(encoding="utf-8")
    manager = ROOT / "jupyter_envs/manager"
    sources = [manager / "binder.py", manager / "preflight.py", *(ROOT / "jupyter_envs/binder").glob("*.py")]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    codes = set(re.findall(r"(?:Finding|Problem)\(\s*\"([a-z0-9-]+)\"", text))
    codes |= set(binder.targets._TROUBLES)
    codes |= {code for code, *_ in [*preflight._FILES.values(), *preflight._NOT_AS_COMMITTED.values()]}
    assert len(codes) >= 28
    assert {code for code in codes if f"`{code}`" not in page} == set()


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "/srv/git/repo.git",
        "../repo",
        "file:///srv/git/repo.git",
        "C:\\repo",
        "--upload-pack=touch /tmp/pwned",
        "ext::sh -c touch% /tmp/pwned",
        "javascript:alert(1)",
        "https://github.com/owner",
        "https://github.com/owner/repo/extra",
        "https://github.com/owner/..",
        "https://github.com/own er/repo",
        "https://github.com/owner/repo;id",
        "https://github.com/owner/repo%0a.git",
        "https://github.com/owner/repo%2f..%2fx",
        "https://github.com/owner/repo?x=1&y=2",
        "https://gist.github.com/0123456789abcdef0123456789abcdef",
        "https://git.example.org",
        "https://git.example.org/t/token/owner/repo.git",
        "https://git.example.org/../x",
        "https://[::1/x",
        "https://git.example.org:99999/x/y",
        "host:path",
        "git@host:owner/repo",
    ],
)
def test_remotes_that_are_no_repository_of_binders(remote: str) -> None:
    found = binder.from_remote(remote)
    if found is None:
        return
    # what is behind a question mark is no part of a repository
    assert found == Repository("gh", "owner/repo")
    assert "?" in remote


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "--upload-pack=x",
        "-x",
        "a..b",
        "a b",
        "a;id",
        "$(id)",
        "a%0ab",
        "a\nb",
        "@{u}",
        "x.lock",
        "a//b",
        "/a",
        "a/",
        "../../x",
        "a?b",
        "a#b",
        ":",
        "a~1",
        "a^",
        ".hidden",
        "a/.b",
        "`id`",
        "ä",
        "main.",
        "javascript:1",
    ],
)
def test_refs_that_mean_something_else(ref: str) -> None:
    with pytest.raises(InvalidInput):
        assert Repository("gh", "owner/repo", ref).spec


@pytest.mark.parametrize(
    "hub",
    [
        "",
        "mybinder.org",
        "javascript:alert(1)",
        "ftp://x.org",
        "https://",
        "https://u:p@x.org",
        "https://x.org?a=b",
        "https://x.org#a",
        "https://x.org/a b",
        "https://x.org/\n",
        "https://x.org/')",
        "https://x.org:99999",
    ],
)
def test_hubs_that_are_none(hub: str) -> None:
    with pytest.raises(InvalidInput):
        binder.check_hub(hub if not hub.endswith("\n") else hub + "x")


@pytest.mark.parametrize(
    "remote",
    [
        f"https://{SECRET}@github.com/owner/repo",
        f"https://user:{SECRET}@github.com/owner/repo.git",
        f"https://oauth2:{SECRET}@gitlab.com/group/repo.git",
        f"https://user:{SECRET}@git.example.org/owner/repo.git",
        f"ssh://user:{SECRET}@git.example.org/owner/repo.git",
        f"https://git.example.org/owner/repo.git?private_token={SECRET}",
        f"https://git.example.org/owner/repo.git#{SECRET}",
    ],
)
def test_no_secret_of_a_remote_gets_into_a_link(remote: str) -> None:
    found = binder.from_remote(remote)
    assert found is not None
    link = binder.launch_link(found.at(SHA), "a.ipynb")
    assert SECRET not in "".join([link.url, *binder.badge(link).to_json().values()])


def test_odd_repositories_are_refused_without_their_secrets() -> None:
    with pytest.raises(InvalidInput) as caught:
        binder.parse_repository(f"https://user:{SECRET}@git.example.org")
    assert SECRET not in json.dumps(caught.value.to_json())


_NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(st.lists(_NAMES.filter(lambda name: name not in (".", "..")), min_size=1, max_size=4))
def test_any_file_name_survives(names: list[str]) -> None:
    link = binder.launch_link(Repository("gh", "owner/repo", SHA), "/".join(names))
    assert re.fullmatch(r"[A-Za-z0-9:/.?=%_~-]+", link.url)
    (urlpath,) = parse_qs(urlsplit(link.url).query)["urlpath"]
    assert [unquote(part) for part in urlpath.removeprefix("lab/tree/").split("/")] == names
    badge = binder.badge(link)
    assert badge.markdown.count(")") == 2
    assert badge.html.count('"') == 6
    assert len(badge.rst.splitlines()) == 3


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_repository_or_refused(text: str) -> None:
    try:
        repository = binder.parse_repository(text)
    except InvalidInput:
        return
    spec = repository.at(SHA).spec
    assert re.fullmatch(r"[A-Za-z0-9/._%:;()+~-]+", spec)
    assert ".." not in spec.split("/")
