"""What is asked about long work: jobs, their logs, and whether the server takes more."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_envs.server.base import EnvsHandler, job_to_json


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
