"""The routes: each verb is authenticated, authorized, parses, calls and finishes. The interface is `rest-api.yml`."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_envs.errors import NotFound
from jupyter_envs.server import requests
from jupyter_envs.server.base import API, EnvsHandler, job_to_json
from jupyter_envs.server.binder_body import binder_body, build_body


class EnvironmentsHandler(EnvsHandler):
    """``environments``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        query = requests.list_query(self.get_query_argument("foreign", "true"), self.get_query_arguments("package"))
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
        force = requests.flag_argument("force", self.get_query_argument("force", "false"))
        if force:
            await self.demand("write", "kernels")
        self.accepted(await self.service.remove(name, force))


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
        format = requests.export_format(self.get_query_argument("format", "full"))
        versions = requests.flag_argument("versions", self.get_query_argument("versions", "false"))
        self.reply((await self.service.manager.export(name, format, versions=versions)).to_json())


class PackagesHandler(EnvsHandler):
    """``packages``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Search the channels."""
        query = requests.search_query(
            self.get_query_arguments("q"), self.get_query_arguments("channel"), self.get_query_arguments("limit")
        )
        if query.channels:
            # the server would read an address of the user's choice
            await self.demand("write", "environments")
        self.reply((await self.service.manager.search(query)).to_json())


class ImportsHandler(EnvsHandler):
    """``imports/PATH``."""

    auth_resource = "pins"

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        """What a notebook imports."""
        self.reply((await self.service.manager.imports(path, self.documents)).to_json())


class ModuleHandler(EnvsHandler):
    """``modules/NAME``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """The package that brings it."""
        engine = requests.engine_argument(self.get_query_argument("engine", "conda"))
        self.reply((await self.service.manager.provider(name, engine)).to_json())


class TemplatesHandler(EnvsHandler):
    """``templates``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        self.reply({"templates": [template.to_json() for template in await self.service.manager.offered()]})


class PinHandler(EnvsHandler):
    """``pins/PATH``."""

    auth_resource = "pins"

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        """A notebook's pin and verdict."""
        self.reply((await self.service.manager.read_pin(path, self.documents)).to_json())

    @web.authenticated
    @authorized
    async def put(self, path: str) -> None:
        """Pin it."""
        body = requests.pin_body(self.request.body)
        self.reply((await self.service.pin(path, body, self.documents)).to_json())

    @web.authenticated
    @authorized
    async def post(self, path: str) -> None:
        """Lock it for this machine, or for all platforms."""
        how = requests.lock_body(self.request.body)
        self.accepted(await self.service.lock(path, how, self.documents))

    @web.authenticated
    @authorized
    async def delete(self, path: str) -> None:
        """Unpin it."""
        write_notebook = requests.unpin_body(self.request.body)
        self.reply((await self.service.unpin(path, write_notebook, self.documents)).to_json())


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
        self.accepted(await self.service.build(build_body(self.request.body), self.documents))


class UnusedHandler(EnvsHandler):
    """``unused``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        days = requests.days_argument(self.get_query_argument("days", None))
        self.reply(await self.service.unused(days))


class CollectHandler(EnvsHandler):
    """``gc``."""

    auth_resource = "environments"

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Take away what nothing needs, or say what that is."""
        self.accepted(self.service.collect(requests.collect_body(self.request.body)))


class SwitchHandler(EnvsHandler):
    """``switch``: it changes one of Jupyter's sessions, so that is what the user must be allowed to do."""

    auth_resource = "sessions"

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Give a session the kernel of an environment."""
        body = requests.switch_body(self.request.body)
        await self.demand("read", "environments")
        self.reply(await self.service.switch(body))


class JobsHandler(EnvsHandler):
    """``jobs``."""

    auth_resource = "jobs"

    @web.authenticated
    @authorized
    def get(self) -> None:
        """List them."""
        self.reply({"jobs": [job_to_json(job) for job in self.service.jobs.list()]})


class JobHandler(EnvsHandler):
    """``jobs/ID``."""

    auth_resource = "jobs"

    @web.authenticated
    @authorized
    def get(self, id: str) -> None:
        """Its snapshot."""
        self.reply(job_to_json(self.service.jobs.get(id)))

    @web.authenticated
    @authorized
    async def delete(self, id: str) -> None:
        """Cancel or dismiss it."""
        await self.service.end(id)
        self.set_status(204)
        self.finish()


class JobLogHandler(EnvsHandler):
    """``jobs/ID/log``."""

    auth_resource = "jobs"

    @web.authenticated
    @authorized
    def get(self, id: str) -> None:
        """The end of its log."""
        self.finish(self.service.jobs.log(id), set_content_type="text/plain; charset=utf-8")


class HealthHandler(EnvsHandler):
    """``health``."""

    auth_resource = "jobs"

    @web.authenticated
    @authorized
    def get(self) -> None:
        """Whether it takes jobs, and how many it has."""
        self.reply(self.service.health())


class UnknownHandler(EnvsHandler):
    """Everything else below the interface's address."""

    auth_resource = "environments"

    def _nothing(self, path: str) -> None:
        raise NotFound(f"There is nothing at {path}.")

    # one each: `authorized` keeps the action of the first request
    get = web.authenticated(authorized(_nothing))
    head = web.authenticated(authorized(_nothing))
    post = web.authenticated(authorized(_nothing))
    put = web.authenticated(authorized(_nothing))
    patch = web.authenticated(authorized(_nothing))
    delete = web.authenticated(authorized(_nothing))


def routes(**parts: Any) -> list[tuple[str, type[EnvsHandler], dict[str, Any]]]:
    """The routing table; ``parts`` go to each handler's `EnvsHandler.initialize`."""
    table: list[tuple[str, type[EnvsHandler]]] = [
        (r"environments", EnvironmentsHandler),
        (r"environments/([^/]+)", EnvironmentHandler),
        (r"environments/([^/]+)/about", AboutHandler),
        (r"environments/([^/]+)/adopt", AdoptHandler),
        (r"environments/([^/]+)/rename", RenameHandler),
        (r"environments/([^/]+)/rollback", RollbackHandler),
        (r"environments/([^/]+)/verify", VerifyHandler),
        (r"environments/([^/]+)/adopt-changes", AdoptChangesHandler),
        (r"environments/([^/]+)/newer", NewerHandler),
        (r"environments/([^/]+)/export", ExportHandler),
        (r"packages", PackagesHandler),
        (r"imports/(.+)", ImportsHandler),
        (r"modules/([^/]+)", ModuleHandler),
        (r"templates", TemplatesHandler),
        (r"pins/(.+)", PinHandler),
        (r"binder/(.+)", BinderHandler),
        (r"builds", BuildsHandler),
        (r"unused", UnusedHandler),
        (r"gc", CollectHandler),
        (r"switch", SwitchHandler),
        (r"health", HealthHandler),
        (r"jobs", JobsHandler),
        (r"jobs/([^/]+)", JobHandler),
        (r"jobs/([^/]+)/log", JobLogHandler),
        (r"(.*)", UnknownHandler),
    ]
    return [(rf"/{API}/{pattern}", handler, parts) for pattern, handler in table]
