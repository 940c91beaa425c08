"""What is asked of the channels: packages, the one that brings a module, templates for new environments."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_envs.server import queries
from jupyter_envs.server.base import EnvsHandler


class PackagesHandler(EnvsHandler):
    """``packages``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Search the channels."""
        query = queries.search_query(
            self.get_query_arguments("q"), self.get_query_arguments("channel"), self.get_query_arguments("limit")
        )
        if query.channels:
            # the server would read an address of the user's choice
            await self.demand("write", "environments")
        self.reply((await self.service.manager.search(query)).to_json())


class ModuleHandler(EnvsHandler):
    """``modules/NAME``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """The package that brings it."""
        engine = queries.engine_argument(self.get_query_argument("engine", "conda"))
        self.reply((await self.service.manager.provider(name, engine)).to_json())


class TemplatesHandler(EnvsHandler):
    """``templates``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        self.reply({"templates": [template.to_json() for template in await self.service.manager.offered()]})
