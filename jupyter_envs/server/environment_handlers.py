"""What is asked of environments: list, make, change, go back, write down, remove."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_envs.server import queries, requests
from jupyter_envs.server.base import EnvsHandler


class EnvironmentsHandler(EnvsHandler):
    """``environments``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        query = queries.list_query(self.get_query_argument("foreign", "true"), self.get_query_arguments("package"))
        self.reply(await self.service.listing(query))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Plan or create one."""
        body = requests.create_body(self.request.body)
        self.accepted(await self.service.create(body, self.documents))


class EnvironmentHandler(EnvsHandler):
    """``environments/NAME``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Its detail."""
        self.reply((await self.service.manager.environment(name)).to_json())

    @web.authenticated
    @authorized
    async def patch(self, name: str) -> None:
        """Plan or make a change of it."""
        body = requests.change_body(name, self.request.body)
        self.accepted(await self.service.change(body, self.documents))

    @web.authenticated
    @authorized
    async def delete(self, name: str) -> None:
        """Remove it."""
        force = queries.flag_argument("force", self.get_query_argument("force", "false"))
        if force:
            await self.demand("write", "kernels")
        self.accepted(await self.service.remove(name, force))


class SizeHandler(EnvsHandler):
    """``environments/NAME/size``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Count what it takes on disk."""
        own, shared = await self.service.manager.size(name)
        self.reply({"own": own, "shared": shared})


class AdoptHandler(EnvsHandler):
    """``environments/NAME/adopt``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Make another tool's environment a kernel."""
        requests.empty_body(self.request.body)
        self.accepted(await self.service.adopt(name))

    @web.authenticated
    @authorized
    async def delete(self, name: str) -> None:
        """Take that back."""
        await self.service.release(name)
        self.set_status(204)
        self.finish()


class RollbackHandler(EnvsHandler):
    """``environments/NAME/rollback``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Plan or make an earlier generation current."""
        body = requests.rollback_body(self.request.body)
        self.accepted(await self.service.roll_back(name, body))


class VerifyHandler(EnvsHandler):
    """``environments/NAME/verify``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Compare every file."""
        requests.empty_body(self.request.body)
        self.accepted(await self.service.verify(name))


class AdoptChangesHandler(EnvsHandler):
    """``environments/NAME/adopt-changes``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Plan or write down what was changed by hand."""
        body = requests.adopt_changes_body(self.request.body)
        self.accepted(await self.service.adopt_changes(name, body))


class RenameHandler(EnvsHandler):
    """``environments/NAME/rename``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Give it another name."""
        body = requests.rename_body(self.request.body)
        if body.force:
            await self.demand("write", "kernels")
        self.accepted(await self.service.rename(name, body))


class AboutHandler(EnvsHandler):
    """``environments/NAME/about``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def put(self, name: str) -> None:
        """Write its note and tags."""
        body = requests.about_body(self.request.body)
        self.reply(await self.service.describe(name, body))


class NewerHandler(EnvsHandler):
    """``environments/NAME/newer``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Newer versions of its packages."""
        self.reply((await self.service.manager.newer(name)).to_json())


class ExportHandler(EnvsHandler):
    """``environments/NAME/export``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Its text in a format."""
        format = queries.export_format(self.get_query_argument("format", "full"))
        versions = queries.flag_argument("versions", self.get_query_argument("versions", "false"))
        self.reply((await self.service.manager.export(name, format, versions=versions)).to_json())


class ConversionHandler(EnvsHandler):
    """``environments/NAME/conversion``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """A file for the other engine."""
        engine = queries.engine_argument(self.get_query_argument("to", None), "to")
        self.reply((await self.service.manager.convert_environment(name, engine)).to_json())


class UnusedHandler(EnvsHandler):
    """``unused``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        days = queries.days_argument(self.get_query_argument("days", None))
        self.reply(await self.service.unused(days))


class CollectHandler(EnvsHandler):
    """``gc``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Take away what nothing needs, or say what that is."""
        self.accepted(self.service.collect(requests.collect_body(self.request.body)))
