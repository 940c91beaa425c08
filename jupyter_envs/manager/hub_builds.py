"""The use case of a build on a BinderHub that the user configured: follow it until the image is there.

The stream is given up as soon as the image is there. Nothing is launched for us, and no token of a server is read: the
link opens the notebook.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jupyter_envs import hubs
from jupyter_envs.binder import BUILT, FAILED, Link
from jupyter_envs.errors import BuildFailed, Conflict, Forbidden, Unreachable
from jupyter_envs.manager.binder_values import BinderReport
from jupyter_envs.models import Phase, Progress, Reporter

# a hub goes on building when a connection is lost, and tells from there on when it is asked again
ATTEMPTS = 10
PAUSE_SECONDS = 3.0

_PHASES: Mapping[str, Phase] = {
    "waiting": "waiting",
    "fetching": "waiting",
    "building": "building",
    "pushing": "pushing",
}


@dataclass(frozen=True)
class HubBuild:
    """An image that is there: the notebook that was asked for, and the link that opens it."""

    notebook: str
    hub: str
    link: str

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``HubBuild``."""
        return {"notebook": self.notebook, "hub": self.hub, "link": self.link}


def followable(report: BinderReport, allowed: Sequence[str]) -> Link:
    """The link whose build is followed. Raises `Forbidden` for a hub that is not configured, `Conflict` for no link."""
    if report.hub not in allowed:
        raise Forbidden(
            f"Builds on {report.hub} are not followed: it is not among the configured hubs.",
            hints=("Add it to Manager.binder_follow_hubs, or open the link in a browser.",),
            hub=report.hub,
        )
    if report.link is None:
        reason = report.findings[0] if report.findings else None
        hints = (reason.message, reason.fix) if reason else ()
        raise Conflict("Nobody can say yet what Binder would build.", hints=hints)
    return report.link


async def follow(link: Link, notebook: str, token: str, reporter: Reporter, pause: float = PAUSE_SECONDS) -> HubBuild:
    """Ask for the build and tell how it goes. Raises `BuildFailed`, `Unreachable`, `Forbidden`."""
    host = urlsplit(link.hub).netloc
    reporter.progress(Progress("waiting"))
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if await _watch(link, token, reporter, host):
                return HubBuild(notebook, link.hub, link.url)
            lost = "it ended the connection before the build had ended"
        except hubs.StreamLost as error:
            lost = str(error)
        except hubs.StreamRefused as error:
            raise Forbidden(
                f"{host} does not let this program follow the build: {error}.",
                hints=("Open the link in a browser.", "If the hub needs a token: Manager.binder_tokens."),
            ) from error
        if attempt < ATTEMPTS:
            reporter.log(f"{host}: {lost}. Asking again ({attempt} of {ATTEMPTS - 1}).")
            await asyncio.sleep(pause)
    raise Unreachable(
        f"{host} does not tell any more how the build goes: {lost}.",
        hints=("The build may go on there. Follow it again later, or open the link in a browser.",),
    )


async def _watch(link: Link, token: str, reporter: Reporter, host: str) -> bool:
    """Whether the image is there; False where the stream ends before."""
    async with aclosing(hubs.events(link.build_url, token)) as events:
        async for event in events:
            for line in event.lines:
                reporter.log(line)
            if event.phase in FAILED:
                said = event.lines[-1][:300] if event.lines else "it does not say why"
                raise BuildFailed(f"The build on {host} failed: {said}", hints=("The log says what came before.",))
            if event.phase in BUILT:
                return True
            if phase := _PHASES.get(event.phase):
                reporter.progress(Progress(phase, bytes_done=event.done, bytes_total=event.total))
    return False
