"""``binder``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from traitlets import Bool, Enum, Unicode

from jupyter_envs import gitstate
from jupyter_envs.binder import MODES, badge
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.cli.terminal import size
from jupyter_envs.errors import GitProblem, InvalidInput, NotFound
from jupyter_envs.manager import BinderReport, BinderRequest, Manager
from jupyter_envs.models import Reporter
from jupyter_envs.redact import redact
from jupyter_envs.wording import counted


class BinderCommand(ManagerCommand):
    """Open notebooks on Binder."""

    command = "binder"
    name = "jupyter-envs binder"
    arguments = ("notebook",)
    more_arguments = True
    description = """Write what Binder needs, look for what would go wrong there, and print link and badges.

    jupyter envs binder NOTEBOOK [NOTEBOOK …] [--write]

    Exits with 1 when something would go wrong, after writing if that is asked for.
    """

    write = Bool(False, help="Write the files below binder/.").tag(config=True)
    check = Bool(False, help="Only look; prints no link.").tag(config=True)
    build = Bool(False, help="Build on the hub, if it is a configured one, and follow it.").tag(config=True)
    hub = Unicode(help="The BinderHub that the link leads to.").tag(config=True)
    mode = Enum(MODES, "locked", help="locked, or merge: a plain environment.yml without the lock.").tag(config=True)
    ref = Unicode(help="A commit, branch or tag; what is checked out if left out.").tag(config=True)
    repository = Unicode(help="Where it is published, if that is not the remote: gh:owner/repo, a DOI …").tag(
        config=True
    )
    content = Unicode(help="A git repository that nbgitpuller brings into the environment of this one.").tag(
        config=True
    )
    dockerfile = Bool(False, help="Also write a Dockerfile on a base image that is pinned by its digest.").tag(
        config=True
    )
    base_image = Unicode(help="The Dockerfile's base image, as NAME@sha256:DIGEST.").tag(config=True)
    aliases = {
        **ManagerCommand.aliases,
        "hub": "BinderCommand.hub",
        "mode": "BinderCommand.mode",
        "ref": "BinderCommand.ref",
        "repository": "BinderCommand.repository",
        "content": "BinderCommand.content",
        "base-image": "BinderCommand.base_image",
    }
    flags = {
        **ManagerCommand.flags,
        "write": ({"BinderCommand": {"write": True}}, "Write the files below binder/."),
        "check": ({"BinderCommand": {"check": True}}, "Only look; prints no link."),
        "build": ({"BinderCommand": {"build": True}}, "Build on a configured hub, and follow it."),
        "dockerfile": (
            {"BinderCommand": {"dockerfile": True}},
            "Also write a Dockerfile on a base image that is pinned by its digest.",
        ),
    }

    async def run(self, manager: Manager) -> Any:
        """Look, ask about files that people wrote, write, and say what is there then."""
        if self.write and self.check:
            raise InvalidInput("Either --write or --check.", hints=("--check only looks.",))
        documents, notebooks = found(self.extra_args)
        report = await manager.binder(self.request(notebooks), documents)
        if self.write:
            report = await self.written(manager, report, documents)
        self.show(report)
        return {**report.to_json(), "build": await self.built(manager, report, documents) if self.build else None}

    async def built(self, manager: Manager, report: BinderReport, documents: DiskDocuments) -> Any:
        """Follow the build of the first link."""
        work = await manager.build_on_binder(self.request(report.notebooks), documents)
        with self.reporter("Binder") as reporter:
            return (await work(Aloud(reporter))).to_json()

    def request(self, notebooks: tuple[str, ...], **more: Any) -> BinderRequest:
        """What was asked for."""
        return BinderRequest(
            notebooks,
            mode=self.mode,
            hub=self.hub,
            ref=self.ref,
            repository=self.repository,
            content=self.content,
            dockerfile=self.dockerfile,
            base_image=self.base_image,
            **more,
        )

    async def written(self, manager: Manager, seen: BinderReport, documents: DiskDocuments) -> BinderReport:
        """Write; what people wrote only after it was shown and a yes."""
        theirs = [change for change in seen.changes if change.state.is_peoples]
        confirmed = ""
        if theirs:
            for change in theirs:
                self.say(change.difference)
            self.ask(f"Write over {', '.join(change.path for change in theirs)}?")
            confirmed = seen.hash
        request = self.request(seen.notebooks, write=True, confirmed=confirmed, overwrite=bool(confirmed))
        return await manager.binder(request, documents)

    def show(self, report: BinderReport) -> None:
        """The report for people."""
        for path in report.written:
            self.say(f"wrote {path}")
        for finding in report.findings:
            self.say(f"✗ {finding.message}\n    {finding.fix}")
        if not report.findings:
            self.say("✓ Nothing keeps Binder from opening it.")
        for note in report.notes:
            self.say(f"note: {note}")
        expected = report.estimate
        packages, minutes = counted(expected.packages, "package"), max(1, expected.seconds // 60)
        self.say(
            f"{packages}, {size(expected.download)} to download, {size(expected.size)} in the image, {minutes} min; "
            f"Binder's own server comes on top. {expected.basis}"
        )
        if report.link is None or self.check:
            return
        for notebook, link in zip(report.notebooks, report.links, strict=True):
            made = badge(link)
            self.say(f"\n{notebook}\n{link.url}\n\n{made.markdown}\n\n{made.rst}\n\n{made.html}")

    def status_of(self, result: Any) -> int:
        """1 when something would go wrong on Binder."""
        return 1 if result["findings"] else 0


class Aloud:
    """A reporter whose log is what the user wants to see."""

    def __init__(self, reporter: Reporter) -> None:
        self.progress = reporter.progress

    def log(self, line: str) -> None:
        """On standard error."""
        print(redact(line), file=sys.stderr, flush=True)


def found(arguments: list[str]) -> tuple[DiskDocuments, tuple[str, ...]]:
    """The documents of a repository (without one, of the folder that all notebooks are in) and the notebooks in it.

    Raises `NotFound` for a notebook that is not there.
    """
    places = [Path(argument).resolve() for argument in arguments]
    for place in places:
        if not place.is_file():
            raise NotFound(f"There is no notebook {place}.", hints=("Check its path.",), path=str(place))
    try:
        checkout = gitstate.find(places[0].parent)
    except GitProblem:
        # said by the preflight
        checkout = None
    top = checkout.top if checkout else Path(os.path.commonpath([place.parent for place in places]))
    documents = DiskDocuments(top)
    return documents, tuple(Path(os.path.relpath(place, documents.root)).as_posix() for place in places)
