"""Every route and verb of the routing table: who is not allowed in is refused and nothing happens."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.server.base import API as BASE
from jupyter_envs.server.handlers import UnknownHandler, routes

from .localchannel import LocalChannel
from .support.client import API, Client, Reply
from .support.counts import tell
from .support.http_server import FileServer
from .support.lab import Lab
from .support.openapi import VERBS, check_reply, check_value, operations

NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
# what a path's groups stand for, and a body that would do something
SAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "environments": ("environments", {"post": {"name": "made", "packages": ["python"], "plan": "0" * 64}}),
    "environments/([^/]+)/about": ("environments/made/about", {"put": {"note": "mine", "tags": ["a"]}}),
    "environments/([^/]+)/adopt": ("environments/made/adopt", {}),
    "environments/([^/]+)/rename": ("environments/made/rename", {"post": {"name": "other"}}),
    "environments/([^/]+)": ("environments/made", {"patch": {"install": ["tinytext"], "plan": "0" * 64}}),
    "environments/([^/]+)/rollback": ("environments/made/rollback", {"post": {"generation": "0", "plan": "0" * 64}}),
    "environments/([^/]+)/verify": ("environments/made/verify", {}),
    "environments/([^/]+)/adopt-changes": ("environments/made/adopt-changes", {"post": {"dry_run": True}}),
    "environments/([^/]+)/newer": ("environments/made/newer", {}),
    "environments/([^/]+)/size": ("environments/made/size", {}),
    "environments/([^/]+)/export": ("environments/made/export", {}),
    "environments/([^/]+)/conversion": ("environments/made/conversion?to=conda", {}),
    "packages": ("packages?q=python", {}),
    "imports/(.+)": ("imports/sub/a.ipynb", {}),
    "modules/([^/]+)": ("modules/yaml", {}),
    "templates": ("templates", {}),
    "pins/(.+)": (
        "pins/sub/a.ipynb",
        {"put": {"environment": "made"}, "post": {"lock": True}, "delete": {"write_notebook": True}},
    ),
    "binder/(.+)": ("binder/sub/a.ipynb", {"post": {"plan": "0" * 64}}),
    "builds": ("builds", {"post": {"notebook": "sub/a.ipynb"}}),
    "unused": ("unused", {}),
    "gc": ("gc", {"post": {"dry_run": True}}),
    "switch": ("switch", {"post": {"session": "s", "environment": "made"}}),
    "health": ("health", {}),
    "jobs": ("jobs", {}),
    "jobs/([^/]+)": ("jobs/{job}", {}),
    "jobs/([^/]+)/log": ("jobs/{job}/log", {}),
    "(.*)": ("nothing/at/all", {}),
}
DESCRIBED = {
    "environments/([^/]+)": "environments/{name}",
    "environments/([^/]+)/about": "environments/{name}/about",
    "environments/([^/]+)/adopt": "environments/{name}/adopt",
    "environments/([^/]+)/rename": "environments/{name}/rename",
    "environments/([^/]+)/rollback": "environments/{name}/rollback",
    "environments/([^/]+)/verify": "environments/{name}/verify",
    "environments/([^/]+)/adopt-changes": "environments/{name}/adopt-changes",
    "environments/([^/]+)/newer": "environments/{name}/newer",
    "environments/([^/]+)/size": "environments/{name}/size",
    "environments/([^/]+)/export": "environments/{name}/export",
    "environments/([^/]+)/conversion": "environments/{name}/conversion",
    "imports/(.+)": "imports/{path}",
    "modules/([^/]+)": "modules/{module}",
    "pins/(.+)": "pins/{path}",
    "binder/(.+)": "binder/{path}",
    "jobs/([^/]+)": "jobs/{id}",
    "jobs/([^/]+)/log": "jobs/{id}/log",
}


@dataclass(frozen=True)
class Endpoint:
    """One verb of one route, with a path and a body for it."""

    verb: str
    pattern: str
    path: str
    body: Any
    resource: str


def endpoints() -> list[Endpoint]:
    """All of them, from the routing table that the server uses."""
    found = []
    for address, handler, _ in routes():
        pattern = address.removeprefix(f"/{BASE}/")
        path, bodies = SAMPLES[pattern]
        for verb in VERBS:
            if verb in vars(handler):
                found.append(Endpoint(verb, pattern, path, bodies.get(verb), handler.auth_resource))
    return found


ENDPOINTS = endpoints()
REFUSALS: list[int] = []
LOOKED_AT: list[str] = []
EACH = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=[f"{e.verb} {e.pattern}" for e in ENDPOINTS])
WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
EACH_WITH_BODY = pytest.mark.parametrize("endpoint", WITH_BODY, ids=[f"{e.verb} {e.pattern}" for e in WITH_BODY])

# every name of a module has an answer, also one that nobody knows: what would have to be installed, as far as is known
ANSWERED = {"modules/([^/]+)"}
# those whose path or body names something that may not be there
NAMING = [
    endpoint
    for endpoint in ENDPOINTS
    if ("(" in endpoint.pattern or endpoint.pattern == "switch") and endpoint.pattern not in ANSWERED
]


@pytest.fixture(scope="module")
def server(channel: LocalChannel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server that insists on authentication and asks the test's authorizer."""
    home = tmp_path_factory.mktemp("endpoints")
    (home / "rules").write_text("")
    config: dict[str, dict[str, Any]] = {
        "ServerApp": {
            "allow_unauthenticated_access": False,
            "authorizer_class": "tests.support.authorizer.DenyListed",
        },
        "DenyListed": {"rules": str(home / "rules")},
        "Manager": {"default_channels": [channel.file_url], "root_dir": str(home / "envs")},
        "EnvsExtension": {"max_body_size": 100_000},
    }
    with Lab(home, config, app="jupyter_server") as lab:
        (lab.root / "sub").mkdir()
        (lab.root / "sub/a.ipynb").write_text(json.dumps(NOTEBOOK))
        yield lab


@pytest.fixture(scope="module")
def job(server: Lab) -> str:
    """The id of a job that has ended."""
    body = {"name": "planned", "packages": ["there-is-no-such-package"], "dry_run": True}
    return str(server.finished(server.post(API + "environments", body))["id"])


@pytest.fixture
def untouched(server: Lab, job: str) -> Iterator[None]:
    """Asserts that the test changed nothing: no file, no job, no environment, no kernel."""
    before = state(server)
    yield
    (server.home / "rules").write_text("")
    assert state(server) == before


def state(server: Lab) -> dict[str, Any]:
    files = {str(path): path.read_bytes() for path in sorted(server.root.rglob("*")) if path.is_file()}
    made = sorted(str(path) for path in (server.home / "envs").rglob("*"))
    answers = {path: server.get(path).json() for path in (API + "jobs", API + "environments", "api/kernels")}
    return {"files": files, "made": made, **answers}


def refused(reply: Reply, *status: int) -> None:
    """Assert the status and the one form of errors."""
    assert reply.status in status, reply.text
    check_value(reply.json(), "Error")
    assert "Traceback" not in reply.text
    REFUSALS.append(reply.status)


def send(
    server: Lab, job: str, endpoint: Endpoint, headers: Mapping[str, str], *, token: str | None, body: Any = None
) -> Reply:
    path = API + endpoint.path.replace("{job}", job)
    given = endpoint.body if body is None else body
    return Client(server.url, token).request(endpoint.verb.upper(), path, given, headers=headers)


def browser(server: Lab, **changes: str | None) -> dict[str, str]:
    """The headers of a logged-in browser's fetch from our own page, some of them changed or left out (None)."""
    address = server.url.split("/")[2]
    headers: dict[str, str | None] = {
        **server.browser_headers(),
        "Host": address,
        "Origin": f"http://{address}",
        "Referer": f"{server.url}lab",
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Dest": "empty",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return {name: value for name, value in headers.items() if value is not None}


FOREIGN: dict[str, str | None] = {"Sec_Fetch_Site": "cross-site", "X_XSRFToken": None}
# what a request looks like that must not get in, with a cookie that would
BAD_BROWSERS: dict[str, dict[str, str | None]] = {
    "no XSRF token and no referer": {"X_XSRFToken": None, "Referer": None},
    "wrong XSRF token": {"X_XSRFToken": "2|00000000|0|0", "Referer": None},
    "foreign origin": {**FOREIGN, "Origin": "http://other.example", "Referer": "http://other.example/"},
    "foreign referer": {**FOREIGN, "Origin": None, "Referer": "http://other.example/"},
    "sibling referer": {**FOREIGN, "Origin": None, "Referer": "http://127.0.0.1.other.example/"},
    "rebound host": {"Host": "other.example"},
}


def test_the_routing_table_is_what_is_described() -> None:
    served = {
        (endpoint.verb, "/" + DESCRIBED.get(endpoint.pattern, endpoint.pattern))
        for endpoint in ENDPOINTS
        if endpoint.pattern != "(.*)"
    }
    assert served == operations()


@EACH
@pytest.mark.parametrize("token", [None, "wrong"])
@pytest.mark.usefixtures("untouched")
def test_without_the_token(server: Lab, job: str, endpoint: Endpoint, token: str | None) -> None:
    refused(send(server, job, endpoint, {}, token=token), 403)


@EACH
@pytest.mark.parametrize("changes", BAD_BROWSERS.values(), ids=BAD_BROWSERS)
@pytest.mark.usefixtures("untouched")
def test_a_browser_that_does_not_come_from_our_page(
    server: Lab, job: str, endpoint: Endpoint, changes: dict[str, str | None]
) -> None:
    refused(send(server, job, endpoint, browser(server, **changes), token=None), 403, 404)


@EACH
@pytest.mark.usefixtures("untouched")
def test_an_authorizer_that_denies(server: Lab, job: str, endpoint: Endpoint) -> None:
    action = "read" if endpoint.verb == "get" else "write"
    (server.home / "rules").write_text(f"{action} {endpoint.resource}")
    refused(send(server, job, endpoint, {}, token=server.token), 403)


RESOURCES = {"environments", "pins", "jobs", "binder"}


@pytest.mark.usefixtures("untouched")
def test_an_authorizer_can_separate_reading_from_installing(server: Lab, job: str) -> None:
    """Whoever may not write, or write one resource, can still look; nothing of ours is asked as `execute`."""
    assert {endpoint.resource for endpoint in ENDPOINTS} >= RESOURCES
    for rule in ("write *", "execute *", *(f"write {resource}" for resource in sorted(RESOURCES))):
        (server.home / "rules").write_text(rule)
        _, resource = rule.split()
        for endpoint in ENDPOINTS:
            denied = rule.startswith("write") and endpoint.verb != "get" and resource in ("*", endpoint.resource)
            if endpoint.verb == "get" or denied:
                status = send(server, job, endpoint, {}, token=server.token).status
                assert (status == 403) == denied, (rule, endpoint)


@pytest.mark.usefixtures("untouched")
def test_an_authorizer_that_lets_nobody_read_or_execute(server: Lab, job: str) -> None:
    (server.home / "rules").write_text("read *\nexecute *\n")
    for endpoint in ENDPOINTS:
        if endpoint.verb == "get":
            refused(send(server, job, endpoint, {}, token=server.token), 403)


@pytest.mark.parametrize(
    ("verb", "path", "body", "rule"),
    [
        ("GET", "pins/sub/a.ipynb", None, "read contents"),
        ("POST", "environments", {"pin": "sub/a.ipynb", "dry_run": True}, "read contents"),
        ("POST", "binder/sub/a.ipynb", {"dry_run": True}, "read contents"),
        ("DELETE", "environments/made?force=true", None, "write kernels"),
        ("POST", "switch", {"session": "s", "environment": "made"}, "read environments"),
        ("POST", "switch", {"session": "s", "environment": "made"}, "write sessions"),
    ],
)
@pytest.mark.usefixtures("untouched")
def test_what_also_touches_jupyters_own_resources_needs_those(
    server: Lab, verb: str, path: str, body: Any, rule: str
) -> None:
    (server.home / "rules").write_text(rule)
    refused(server.request(verb, API + path, body), 403)


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


@pytest.mark.usefixtures("untouched")
def test_our_events_are_heard_by_those_alone_who_may(server: Lab) -> None:
    """They go over Jupyter's own bus, whose websocket has Jupyter's own checks."""
    path = "api/events/subscribe"
    for token in (None, "wrong"):
        # to the login page, or refused; never a socket
        assert Client(server.url, token).request("GET", path, headers=HANDSHAKE).status in (302, 403)
    foreign = {**HANDSHAKE, "Origin": "http://other.example", "Cookie": server.browser_headers()["Cookie"]}
    assert Client(server.url, None).request("GET", path, headers=foreign).status == 403
    for rule in ("execute events", "execute *"):
        (server.home / "rules").write_text(rule)
        assert Client(server.url, server.token).request("GET", path, headers=HANDSHAKE).status == 403


# what puts packages onto the disk, and what a plan of it is asked with
INSTALLING = [
    endpoint for endpoint in WITH_BODY if {"plan", "dry_run"} & set(endpoint.body) and endpoint.pattern != "gc"
]


@pytest.mark.parametrize("endpoint", INSTALLING, ids=[f"{e.verb} {e.pattern}" for e in INSTALLING])
@pytest.mark.usefixtures("untouched")
def test_what_installs_needs_the_plan_that_was_seen(server: Lab, job: str, endpoint: Endpoint) -> None:
    body = {key: value for key, value in endpoint.body.items() if key not in ("plan", "dry_run")}
    reply = server.request(endpoint.verb.upper(), API + endpoint.path, body)
    refused(reply, 428)
    assert reply.json()["code"] == "plan-needed"


@EACH
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.usefixtures("untouched")
def test_a_body_that_is_not_sent_as_json(server: Lab, job: str, endpoint: Endpoint, content_type: str) -> None:
    body = json.dumps(endpoint.body or {}).encode()
    # Tornado itself refuses a multipart body that is none, with 400
    refused(send(server, job, endpoint, {"Content-Type": content_type}, token=server.token, body=body), 400, 415)


@EACH
@pytest.mark.usefixtures("untouched")
def test_a_body_that_is_too_large(server: Lab, job: str, endpoint: Endpoint) -> None:
    body = json.dumps(endpoint.body or {}).encode() + b" " * 100_000
    headers = {"Content-Type": "application/json"}
    refused(send(server, job, endpoint, headers, token=server.token, body=body), 413)


MALFORMED: dict[str, Callable[[Any], bytes]] = {
    "cut": lambda body: json.dumps(body).encode()[:-1],
    "list": lambda body: json.dumps([body]).encode(),
    "null": lambda _: b"null",
    "unknown key": lambda body: json.dumps({**body, "unknown": 1}).encode(),
    "wrong types": lambda body: json.dumps({key: [3] for key in body}).encode(),
    "not UTF-8": lambda _: b'{"name": "\xff"}',
    "deep": lambda _: b'{"name":' * 5_000,
}


@EACH_WITH_BODY
@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.usefixtures("untouched")
def test_a_body_that_is_malformed(server: Lab, job: str, endpoint: Endpoint, malformed: Callable[[Any], bytes]) -> None:
    headers = {"Content-Type": "application/json"}
    refused(send(server, job, endpoint, headers, token=server.token, body=malformed(endpoint.body)), 400)


@pytest.mark.parametrize("pattern", [pattern for pattern in SAMPLES if pattern != "(.*)"])
@pytest.mark.usefixtures("untouched")
def test_verbs_that_a_route_does_not_have(server: Lab, job: str, pattern: str) -> None:
    served = {endpoint.verb for endpoint in ENDPOINTS if endpoint.pattern == pattern}
    for verb in {*VERBS, "head"} - served:
        reply = server.request(verb.upper(), API + SAMPLES[pattern][0].replace("{job}", job))
        assert reply.status == 405
        if verb != "head":
            refused(reply, 405)


@pytest.mark.parametrize("endpoint", NAMING, ids=[f"{e.verb} {e.pattern}" for e in NAMING])
@pytest.mark.usefixtures("untouched")
def test_what_is_not_there(server: Lab, endpoint: Endpoint) -> None:
    path = API + endpoint.path.replace("{job}", "no-job").replace("a.ipynb", "no.ipynb")
    refused(server.request(endpoint.verb.upper(), path, endpoint.body), 404)


@pytest.mark.usefixtures("untouched")
def test_a_module_that_nobody_knows_has_an_answer(server: Lab) -> None:
    reply = server.get(API + "modules/there_is_no_such_module")
    assert (reply.status, reply.json()["module"]) == (200, "there_is_no_such_module")
    assert not reply.json()["known"]


def test_a_browser_on_our_page_may_do_all_this(server: Lab, job: str) -> None:
    assert Client(server.url, None).request("GET", API + "jobs", headers=browser(server)).status == 200
    dismissed = Client(server.url, None).request("DELETE", API + "jobs/no-job", headers=browser(server))
    refused(dismissed, 404)


TRAVERSAL = [
    "../secret.ipynb",
    "sub/../../secret.ipynb",
    "%2e%2e/secret.ipynb",
    "%2e%2e%2fsecret.ipynb",
    "..%2fsecret.ipynb",
    "..%5csecret.ipynb",
    "%252e%252e/secret.ipynb",
    "sub/%2e%2e/%2e%2e/secret.ipynb",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "C:/secret.ipynb",
    "%5c%5chost%5cshare",
    "a%00.ipynb",
    ".hidden.ipynb",
    "sub/.hidden/a.ipynb",
    "out.ipynb",
    "outside/secret.ipynb",
    "../work-secrets/secret.ipynb",
    "proc/self/environ",
    "fifo.ipynb",
    "sub",
    "....//secret.ipynb",
    "..;/secret.ipynb",
    "%c0%ae%c0%ae/secret.ipynb",
    "%uff0e%uff0e/secret.ipynb",
    "%ef%bc%8e%ef%bc%8e/secret.ipynb",
    "sub/..%2f..%2fsecret.ipynb",
    "%2e%2e%5csecret.ipynb",
    "..%252fsecret.ipynb",
    "..%255csecret.ipynb",
    "file:///etc/passwd",
    "dev/zero",
    "%2fdev%2fzero",
    "%2fproc%2fself%2fenviron",
    "~/secret.ipynb",
    "$HOME/secret.ipynb",
    "%7e/secret.ipynb",
    "sub/a.ipynb/../../../secret.ipynb",
    "outside/../../secret.ipynb",
    "%00/etc/passwd",
    "n" * 300 + ".ipynb",
    "sub/" + "%cc%ba" * 200,
]


@pytest.mark.parametrize("path", TRAVERSAL)
@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("GET", None),
        ("PUT", {"environment": "made"}),
        ("POST", {"lock": True}),
        ("DELETE", {}),
        ("create", None),
        ("binder", None),
    ],
)
@pytest.mark.usefixtures("untouched", "hostile_tree")
def test_a_path_that_leads_elsewhere(server: Lab, path: str, verb: str, body: Any) -> None:
    outside = [server.home / "secret.ipynb", server.home / "work-secrets/secret.ipynb"]
    before = [file.read_bytes() for file in outside]
    if verb == "create":
        reply = server.post(API + "environments", {"pin": re.sub("%([0-9a-f]{2})", unquoted, path), "dry_run": True})
        refused(reply, 400, 403, 404)
    elif verb == "binder":
        refused(server.post(API + "binder/" + path, {"dry_run": True}), 400, 403, 404)
        further = re.sub("%([0-9a-f]{2})", unquoted, path)
        refused(server.post(API + "binder/sub/a.ipynb", {"notebooks": [further], "dry_run": True}), 400, 403, 404)
    else:
        # 400: what is no UTF-8 is refused by Tornado itself
        refused(server.request(verb, API + "pins/" + path, body), 400, 403, 404)
    assert "a-secret" not in server.log.read_text()
    assert [file.read_bytes() for file in outside] == before


def unquoted(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


@pytest.fixture(scope="module")
def hostile_tree(server: Lab, job: str) -> None:
    """Links, a pipe and hidden files in the contents root, and secrets outside of it."""
    secret = json.dumps({**NOTEBOOK, "metadata": {"jupyter_envs": "a-secret"}})
    outside = server.home / "work-secrets"
    outside.mkdir()
    (server.root / "sub/.hidden").mkdir()
    for path in (
        server.home / "secret.ipynb",
        outside / "secret.ipynb",
        server.root / ".hidden.ipynb",
        server.root / "sub/.hidden/a.ipynb",
    ):
        path.write_text(secret)
    (server.root / "out.ipynb").symlink_to("../secret.ipynb")
    (server.root / "outside").symlink_to("../work-secrets")
    os.mkfifo(server.root / "fifo.ipynb")


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    """A server that some pins name, and that nobody should ask."""
    with FileServer(tmp_path_factory.mktemp("listener")) as listening:
        yield listening


def children(server: Lab) -> set[str]:
    """The processes that the server has started."""
    threads = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    found: set[str] = set()
    for file in threads:
        # a thread may end between the listing and the reading
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.update(file.read_text().split())
    return found


GOOD_PIN = {
    "version": 1,
    "environment": "made",
    "file": "environment.yml",
    "lock": "a.conda-lock.yml",
    "digest": "0" * 64,
}
PINS: list[Any] = [
    GOOD_PIN,
    {**GOOD_PIN, "file": "../../secret.ipynb"},
    {**GOOD_PIN, "lock": "../../secret.ipynb"},
    {**GOOD_PIN, "file": "/etc/passwd", "lock": "/etc/passwd"},
    {**GOOD_PIN, "file": "http://127.0.0.1:9/environment.yml"},
    {**GOOD_PIN, "file": "file:///etc/passwd"},
    {**GOOD_PIN, "file": "~/secret.ipynb", "lock": "$HOME/secret.ipynb"},
    {**GOOD_PIN, "file": "../out.ipynb", "lock": "../out.ipynb"},
    {**GOOD_PIN, "file": "../fifo.ipynb", "lock": "../fifo.ipynb"},
    {**GOOD_PIN, "file": ".hidden/a.ipynb"},
    {**GOOD_PIN, "file": "a.ipynb", "lock": "a.ipynb"},
    {**GOOD_PIN, "file": "C:\\x", "lock": "\\\\host\\x"},
    {**GOOD_PIN, "file": "a\0b"},
    {**GOOD_PIN, "file": ""},
    {**GOOD_PIN, "file": "x" * 5_000},
    {**GOOD_PIN, "file": ["environment.yml"]},
    {**GOOD_PIN, "environment": "../made"},
    {**GOOD_PIN, "environment": "<img src=x onerror=alert(1)>"},
    {**GOOD_PIN, "environment": "python3"},
    {**GOOD_PIN, "environment": None},
    {**GOOD_PIN, "digest": "changed"},
    {**GOOD_PIN, "version": 99},
    {**GOOD_PIN, "version": "1"},
    {},
    [],
    "text",
    3,
    {"deep": [[[[[[[[{}]]]]]]]]},
]


@pytest.mark.parametrize("pin", PINS, ids=range(len(PINS)))
def test_a_strangers_pin_is_only_text(
    server: Lab, job: str, hostile_tree: None, listener: FileServer, pin: Any
) -> None:
    """Whatever a notebook says, looking at it changes nothing and tells nothing of other files."""
    notebook = server.root / "sub/stranger.ipynb"
    text = json.dumps({**NOTEBOOK, "metadata": {"jupyter_envs": pin}})
    notebook.write_text(text.replace("http://127.0.0.1:9", listener.url))
    before, processes = state(server), children(server)
    assert server.get("api/contents/sub/stranger.ipynb").status == 200
    LOOKED_AT.append(text)
    reply = check_reply("GET", "pins/sub/stranger.ipynb", server.get(API + "pins/sub/stranger.ipynb"))
    assert reply.status in (200, 400, 403)
    assert children(server) - processes == set(), "no process was started"
    assert listener.requests == [], "no connection was made"
    assert "a-secret" not in reply.text and "root:" not in reply.text
    assert state(server) == before
    notebook.unlink()


def test_the_server_starts_without_a_warning_about_us(server: Lab) -> None:
    log = server.log.read_text()
    assert "jupyter_envs | extension was successfully loaded" in log
    warned = [line for line in log.splitlines() if re.match(r"- \w+ of \w+ registered for", line)]
    assert [line for line in warned if "jupyter-envs" in line] == []


def test_the_samples_are_the_routing_table() -> None:
    assert {address.removeprefix(f"/{BASE}/") for address, _, _ in routes()} == set(SAMPLES)
    assert routes()[-1][1] is UnknownHandler
    assert Path(BASE).name == "api"


def test_the_count() -> None:
    tell(
        "T20, T21, requests that must not get in", f"refused, of {len(ENDPOINTS)} verbs of routes", *2 * [len(REFUSALS)]
    )
    tell("T17, strangers' pins over HTTP", "looked at: no request, process, file or job", len(LOOKED_AT), len(PINS))
