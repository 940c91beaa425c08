"""A small HTTP client for a Jupyter server: one call, one connection, no proxy, no cookie unless asked for."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .processes import wait_until

API = "jupyter-envs/api/"
FINISHED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Reply:
    """What a server answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Talks to the server at ``url`` (with a slash at the end) with ``token``, or without any."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self.token = token

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,
    ) -> Reply:
        """``path`` is relative to ``url`` and already quoted; ``body`` is bytes, or is sent as JSON."""
        address = urlsplit(self.url)
        sent = {"Authorization": f"token {self.token}"} if self.token else {}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=timeout)
        try:
            connection.request(method, address.path + path.lstrip("/"), body, {**sent, **(headers or {})})
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, named, answer.read(), tuple(answer.headers.get_all("Set-Cookie") or ()))
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.request("GET", path)

    def post(self, path: str, body: Any) -> Reply:
        return self.request("POST", path, body)

    def put(self, path: str, body: Any) -> Reply:
        return self.request("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Reply:
        return self.request("DELETE", path, body)

    def finished(self, reply: Reply, timeout: float = 120.0) -> Any:
        """The job that ``reply`` (202 with a Location) started, once it has come to an end."""
        assert reply.status == 202, reply.text
        path = reply.headers["location"].removeprefix(urlsplit(self.url).path)

        def finished_job() -> Any:
            job = self.get(path).json()
            return job if job["state"] in FINISHED else None

        return wait_until(finished_job, f"the job {path}", timeout)

    def confirmed(self, method: str, path: str, body: Any) -> Reply:
        """Ask for the plan first, then send the same with its hash, as one does who has seen it."""
        planned = self.finished(self.request(method, path, {**body, "dry_run": True}))
        assert planned["state"] == "done", planned
        return self.request(method, path, {**body, "plan": planned["result"]["hash"]})

    def browser_headers(self) -> dict[str, str]:
        """Headers of a browser that has logged in: cookies and the XSRF token, but no Authorization."""
        logged_in = Client(self.url, None).request("GET", f"tree?token={self.token}")
        cookies = "; ".join(cookie.split(";")[0] for cookie in logged_in.cookies)
        page = Client(self.url, None).request("GET", "login", headers={"Cookie": cookies})
        cookies = "; ".join([cookies, *(cookie.split(";")[0] for cookie in page.cookies)])
        found = re.search(r"_xsrf=([^;]+)", cookies)
        assert found is not None, cookies
        return {"Cookie": cookies, "X-XSRFToken": found.group(1)}
