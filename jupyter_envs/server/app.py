"""Hooks the extension into Jupyter Server: configuration, routes, start and stop."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Thread
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from traitlets import Integer, Unicode, default

from jupyter_envs.jobs import Action, Job, Jobs
from jupyter_envs.manager import Manager
from jupyter_envs.server.events import Events
from jupyter_envs.server.handlers import routes
from jupyter_envs.server.kernels import Kernels
from jupyter_envs.server.observing import Observer
from jupyter_envs.server.service import Service
from jupyter_envs.writerlock import Held, WriterLock

# servers with the same root at the same time, each of which remembers its own jobs
SERVERS = 16


class EnvsExtension(ExtensionApp):
    """Environments as part of the notebook. What concerns the environments themselves is configured on `Manager`."""

    name = "jupyter_envs"
    classes = [Manager]  # noqa: RUF012 (declared so by Jupyter)

    state_dir = Unicode(help="Folder for what the server remembers of its jobs over a restart.").tag(config=True)
    job_width = Integer(4, min=1, help="How many jobs run at a time.").tag(config=True)
    max_waiting_jobs = Integer(200, min=1, help="How many jobs may be queued; more are refused.").tag(config=True)
    max_ended_jobs = Integer(100, min=1, help="How many ended jobs stay listed.").tag(config=True)
    max_log_size = Integer(1_000_000, min=1_000, help="Characters of log that are kept for each job.").tag(config=True)
    max_body_size = Integer(1_572_864, min=1_000, help="Bytes; a larger request body is refused.").tag(config=True)
    max_document_size = Integer(
        64 * 1024 * 1024, min=1_000, help="Bytes; a larger notebook, environment file or lock is not read."
    ).tag(config=True)

    manager: Manager
    jobs: Jobs
    _state_lock: WriterLock | None = None

    @default("state_dir")
    def _default_state_dir(self) -> str:
        return str(Path(jupyter_data_dir()) / "jupyter-envs" / "jobs")

    def _config_file_name_default(self) -> str:
        # the command line reads the same file
        return "jupyter_envs_config"

    def initialize_settings(self) -> None:
        """Make the parts. Called by Jupyter Server when the web application is there."""
        server = self.serverapp
        assert server is not None
        kernels = Kernels(server.kernel_manager, server.session_manager, self.log)
        assert server.event_logger is not None
        events = Events(server.event_logger)
        self.manager = Manager(parent=self)
        self.manager.running_kernels = kernels.running
        self.manager.work_in_background()
        events.on_kernel_start(self.manager.disk.kernel_started)
        Thread(target=self.manager.read_ahead, daemon=True).start()
        self.manager.others.projects = (Path(server.root_dir),)
        self.jobs = self._make_jobs(events)
        self._service = Service(self.manager, self.jobs, events, kernels)
        server.io_loop.add_callback(self._service.recover)

    def initialize_handlers(self) -> None:
        """Add the routes."""
        limits = {"max_body_size": self.max_body_size, "max_document_size": self.max_document_size}
        self.handlers.extend(routes(service=self._service, **limits))

    def current_activity(self) -> dict[str, Any] | None:
        """The jobs that have not ended: a server that is busy with one is not idle."""
        return {job.id: job.title for job in self.jobs.list() if not job.ended} or None

    async def stop_extension(self) -> None:
        """End what runs, and wait for it. Called by Jupyter Server when it stops."""
        try:
            await self.jobs.close()
            await self.manager.close()
        except Exception:
            # raised from here, it would keep the server from stopping
            self.log.exception("Jupyter Envs did not stop in order")
        finally:
            if self._state_lock is not None:
                self._state_lock.release()

    def _make_jobs(self, events: Events) -> Jobs:
        def listed() -> list[Job]:
            return self.jobs.list()

        observed = Observer(listed, self.log)

        def changed(id: str, action: Action) -> None:
            observed(id, action)
            events.emit("jobs", id, action)

        return Jobs(
            changed,
            width=self.job_width,
            waiting=self.max_waiting_jobs,
            keep=self.max_ended_jobs,
            log_size=self.max_log_size,
            state_file=self._claim_state_file(),
            logger=self.log,
        )

    def _claim_state_file(self) -> Path | None:
        """A file that no other living server writes; the same one after a restart with the same root folder."""
        assert self.serverapp is not None
        root = hashlib.sha256(self.serverapp.root_dir.encode()).hexdigest()[:16]
        folder = Path(self.state_dir)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(SERVERS):
                if self._acquired(WriterLock(folder / f"{root}-{number}.writer")):
                    return folder / f"{root}-{number}.json"
        except OSError as error:
            self.log.warning("Jobs are not remembered over a restart: %s", error)
        return None

    def _acquired(self, lock: WriterLock) -> bool:
        try:
            lock.acquire()
        except Held:
            return False
        self._state_lock = lock
        return True
