"""A real JupyterLab in a subprocess: own home, token and port, and nothing that would ask another machine."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from .client import Client
from .home import isolated_environment
from .processes import Process, wait_until

PROJECT = Path(__file__).parents[2]
"""The root of the working tree, whose packages the servers import."""

QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": False},
}
"""Settings of a JupyterLab that asks nobody for news."""


App = Literal[
    "jupyterlab",
    "jupyter_server",
    "notebook",
    "tests.support.faulty_server",
    "tests.support.loaded_server",
    "tests.support.no_python_server",
]


class Lab(Client):
    """A running server with the extension.

    ``config`` is added to the server's configuration (``{"Manager": {"default_channels": [...]}}``); ``app`` is the
    module to run; ``python`` is the interpreter of another environment, and what is installed there is what runs. A
    context manager; ``root`` is the contents root and ``home`` the user's home folder.
    """

    def __init__(
        self,
        home: Path,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        app: App = "jupyterlab",
        env: Mapping[str, str] | None = None,
        python: Path | None = None,
    ) -> None:
        self.home = home
        self.python = python
        self.root = home / "work"
        self.app = app
        self.log = home / "server.log"
        self.env = {**isolated_environment(home), **(env or {})}
        super().__init__("", secrets.token_hex(16))
        self.root.mkdir(parents=True, exist_ok=True)
        self._write_configuration(config or {})
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        assert self._process is not None, "the server was not started"
        return self._process

    def start(self) -> Lab:
        """Start it and wait until it answers. It may be started again after `stop` or a crash; the port may change."""
        argv = [str(self.python or sys.executable), "-m", self.app]
        # the working folder is the first that a module is looked for in; PYTHONPATH would reach the kernels
        self._process = Process(argv, self.log, env=self.env, cwd=self.home if self.python else PROJECT)
        wait_until(self._answers, f"{self.app} to answer", 90.0)
        return self

    def stop(self) -> None:
        """Let it end in its own way, with its kernels."""
        self.process.stop()

    def __enter__(self) -> Lab:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.running:
            self.stop()

    def _answers(self) -> bool:
        assert self.process.running, self.process.output
        about = Path(self.env["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{self.process.pid}.json"
        try:
            self.url = json.loads(about.read_text())["url"]
            return self.get("api/status").status == 200
        except (OSError, ValueError):
            return False

    def _write_configuration(self, config: Mapping[str, Mapping[str, Any]]) -> None:
        folder = Path(self.env["JUPYTER_CONFIG_DIR"])
        settings = self.home / "lab-settings"
        for needed in (folder, settings):
            needed.mkdir(parents=True, exist_ok=True)
        (settings / "overrides.json").write_text(json.dumps(QUIET))
        sections: dict[str, dict[str, Any]] = {
            "ServerApp": {
                "ip": "127.0.0.1",
                "port": _likely_free_port(),
                "port_retries": 50,
                "root_dir": str(self.root),
                "open_browser": False,
                "allow_root": os.geteuid() == 0,
                "jpserver_extensions": {"jupyter_envs": True},
            },
            "IdentityProvider": {"token": self.token},
            # for tests, which are not about it, it is only load
            "Manager": {"compile_bytecode": False},
            "LabApp": {
                "app_settings_dir": str(settings),
                "extension_manager": "readonly",
                "news_url": None,
                "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
                "expose_app_in_browser": True,
                "extra_labextensions_path": [] if self.python else [str(_built_front_end(self.home))],
            },
        }
        # what Notebook 7 knows of these settings it wants under its own name
        known = ("extra_labextensions_path", "expose_app_in_browser")
        sections["JupyterNotebookApp"] = {name: sections["LabApp"][name] for name in known}
        for section, values in config.items():
            sections[section] = {**sections.get(section, {}), **values}
        (folder / "jupyter_server_config.json").write_text(json.dumps(sections))


def _built_front_end(home: Path) -> Path:
    """A folder of front ends that holds the working tree's, if it is built; it comes before the installed one."""
    folder = home / "labextensions"
    folder.mkdir(exist_ok=True)
    built = PROJECT / "jupyter_envs" / "labextension"
    link = folder / "jupyter-envs"
    if (built / "package.json").is_file() and not link.exists():
        link.symlink_to(built)
    return folder


def _likely_free_port() -> int:
    """A port to begin with; the server takes the next ones if it is taken meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
