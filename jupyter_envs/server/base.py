"""What all handlers share: who may do what, what comes in, and how errors go out."""

from __future__ import annotations

import json
from typing import Any

from jupyter_client.jsonutil import json_default
from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from jupyter_envs.errors import EnvsError, Forbidden
from jupyter_envs.jobs import Job
from jupyter_envs.redact import masked_uri, redact, trace
from jupyter_envs.server.documents import ContentsDocuments
from jupyter_envs.server.errors import answer
from jupyter_envs.server.requests import check_body
from jupyter_envs.server.service import Service

API = "jupyter-envs/api"


class EnvsHandler(APIHandler):
    """Base of the handlers: each of their verbs parses, calls and finishes, and may raise any error."""

    # what Jupyter's Authorizer is asked for
    auth_resource: str

    def initialize(self, service: Service, max_body_size: int, max_document_size: int) -> None:
        """Take the extension's parts (from the routing table)."""
        self.service = service
        self._max_body_size = max_body_size
        self._max_document_size = max_document_size
        # for the logs; its parts are parsed already
        self.request.uri = masked_uri(self.request.uri or "")

    async def prepare(self) -> None:  # type: ignore[override]
        """Jupyter's checks; then, for reading too, that the request comes from our own pages, and the body's form."""
        await super().prepare()
        if self.request.method in ("GET", "HEAD"):
            self.check_xsrf_cookie()
        check_body(self.request.body, self.request.headers.get("Content-Type", ""), self._max_body_size)

    @property
    def documents(self) -> ContentsDocuments:
        """The contents as this user may see them."""
        return ContentsDocuments(self.contents_manager, self._may_use_contents, self._max_document_size)

    async def demand(self, action: str, resource: str) -> None:
        """Ask the Authorizer for a further resource than the handler's own. Raises `Forbidden`."""
        if not await self._allowed(action, resource):
            raise Forbidden(f"User is not authorized to {action} on resource: {resource}.")

    def reply(self, value: Any) -> None:
        """Finish with a JSON value."""
        self.finish(json.dumps(value, default=json_default))

    def accepted(self, job: Job) -> None:
        """Finish with 202: the job's address and its first snapshot."""
        self.set_status(202)
        self.set_header("Location", url_path_join(self.base_url, API, "jobs", job.id))
        self.reply(job_to_json(job))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Finish with the one form that errors have. Called by Tornado for everything that was raised."""
        status, body = answer(kwargs.get("exc_info", (None, None))[1], status_code)
        self.set_status(status)
        self.reply(body)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Errors that are meant need one line; a traceback, without secrets, only the others."""
        where = f"{self.request.method} {redact(self.request.path)}"
        if isinstance(value, EnvsError):
            self.log.info("%s: %s: %s", where, value.code, redact(str(value)))
        elif isinstance(value, web.HTTPError):
            super().log_exception(typ, value, tb)
        else:
            self.log.error("%s failed\n%s", where, trace(value))

    async def _may_use_contents(self, action: str) -> bool:
        return await self._allowed(action, "contents")

    async def _allowed(self, action: str, resource: str) -> bool:
        return bool(await ensure_async(self.authorizer.is_authorized(self, self.current_user, action, resource)))


def job_to_json(job: Job) -> dict[str, Any]:
    """The job as the interface describes it: its subject is an environment."""
    values = job.to_json()
    subject = values.pop("subject")
    return {**values, "environment": subject}
