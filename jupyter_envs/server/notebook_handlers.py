"""What is asked about a notebook: its pin, what it imports, Binder, the kernel of its session."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_envs.server import queries, requests
from jupyter_envs.server.base import EnvsHandler
from jupyter_envs.server.binder_body import binder_body, build_body


class ImportsHandler(EnvsHandler):
    """``imports/PATH``."""

    auth_resource = "pins"

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        """What a notebook imports."""
        self.reply((await self.service.manager.imports(path, self.documents)).to_json())


class PinHandler(EnvsHandler):
    """``pins/PATH``."""

    auth_resource = "pins"

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        """A notebook's pin and verdict, and what its lock has if that is asked for."""
        packages = queries.flag_argument("packages", self.get_query_argument("packages", "false"))
        self.reply((await self.service.manager.read_pin(path, self.documents, packages=packages)).to_json())

    @web.authenticated
    @authorized
    async def put(self, path: str) -> None:
        """Pin it."""
        body = requests.pin_body(self.request.body)
        self.reply((await self.service.notebooks.pin(path, body, self.documents)).to_json())

    @web.authenticated
    @authorized
    async def post(self, path: str) -> None:
        """Lock it for this machine, or for all platforms."""
        how = requests.lock_body(self.request.body)
        self.accepted(await self.service.notebooks.lock(path, how, self.documents))

    @web.authenticated
    @authorized
    async def delete(self, path: str) -> None:
        """Unpin it."""
        write_notebook = requests.unpin_body(self.request.body)
        self.reply((await self.service.notebooks.unpin(path, write_notebook, self.documents)).to_json())


class BinderHandler(EnvsHandler):
    """``binder/PATH``."""

    auth_resource = "binder"

    @web.authenticated
    @authorized
    async def post(self, path: str) -> None:
        """Look, or write what was shown."""
        request = binder_body(path, self.request.body)
        self.reply((await self.service.manager.binder(request, self.documents)).to_json())


class BuildsHandler(EnvsHandler):
    """``builds``."""

    auth_resource = "binder"

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Follow a build on a hub."""
        self.accepted(await self.service.notebooks.build(build_body(self.request.body), self.documents))


class SwitchHandler(EnvsHandler):
    """``switch``: it changes one of Jupyter's sessions, so that is what the user must be allowed to do."""

    auth_resource = "sessions"

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Give a session the kernel of an environment."""
        body = requests.switch_body(self.request.body)
        await self.demand("read", "environments")
        self.reply(await self.service.notebooks.switch(body))
