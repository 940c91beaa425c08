"""The routes: which handler answers at which path. The interface is `rest-api.yml`.

Each verb of a handler is authenticated, authorized, parses, calls and finishes.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_envs.errors import NotFound
from jupyter_envs.server.base import API, EnvsHandler
from jupyter_envs.server.environment_handlers import (
    AboutHandler,
    AdoptChangesHandler,
    AdoptHandler,
    CollectHandler,
    ConversionHandler,
    EnvironmentHandler,
    EnvironmentsHandler,
    ExportHandler,
    NewerHandler,
    RenameHandler,
    RollbackHandler,
    SizeHandler,
    UnusedHandler,
    VerifyHandler,
)
from jupyter_envs.server.job_handlers import (
    HealthHandler,
    JobHandler,
    JobLogHandler,
    JobsHandler,
)
from jupyter_envs.server.notebook_handlers import (
    BinderHandler,
    BuildsHandler,
    ImportsHandler,
    PinHandler,
    SwitchHandler,
)
from jupyter_envs.server.package_handlers import (
    ModuleHandler,
    PackagesHandler,
    TemplatesHandler,
)


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
        (r"environments/([^/]+)/size", SizeHandler),
        (r"environments/([^/]+)/verify", VerifyHandler),
        (r"environments/([^/]+)/adopt-changes", AdoptChangesHandler),
        (r"environments/([^/]+)/newer", NewerHandler),
        (r"environments/([^/]+)/export", ExportHandler),
        (r"environments/([^/]+)/conversion", ConversionHandler),
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
