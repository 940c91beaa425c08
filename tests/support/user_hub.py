"""A real JupyterHub with its real proxy: every user's JupyterLab in a process of its own, below the user's base URL."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .home import isolated_environment
from .lab import QUIET
from .processes import Process, wait_until

_CONFIG = """
import json
settings = json.loads({settings!r})
c.JupyterHub.bind_url = settings["url"]
c.JupyterHub.hub_bind_url = settings["hub"]
c.JupyterHub.db_url = "sqlite:///" + settings["home"] + "/hub.sqlite"
c.JupyterHub.cookie_secret_file = settings["home"] + "/cookie_secret"
c.ConfigurableHTTPProxy.api_url = settings["proxy_api"]
c.ConfigurableHTTPProxy.command = settings["proxy"]
c.ConfigurableHTTPProxy.pid_file = settings["home"] + "/proxy.pid"
c.JupyterHub.cleanup_servers = True
c.JupyterHub.authenticator_class = "shared-password"
c.Authenticator.allow_all = True
c.SharedPasswordAuthenticator.user_password = settings["password"]
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = settings["home"] + "/{{username}}"
c.Spawner.args = settings["arguments"]
c.Spawner.environment = settings["environment"]
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
"""


def proxy(folder: Path) -> list[str] | None:
    """The command of configurable-http-proxy, which npm installs into ``folder``; None where it is not to be had."""
    found = shutil.which("configurable-http-proxy")
    if found is None and shutil.which("npm"):
        folder.mkdir()
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
        subprocess.run([*install, "configurable-http-proxy@5"], check=False, cwd=folder)
        found = shutil.which("configurable-http-proxy", path=str(folder / "node_modules" / ".bin"))
    return [found] if found else None


class UserHub:
    """A running hub, whose users' servers have ``config``; ``python`` has JupyterHub and us. A context manager."""

    def __init__(self, home: Path, python: Path, command: list[str], config: Mapping[str, Mapping[str, Any]]) -> None:
        self.home = home
        self.python = python
        self.password = secrets.token_hex(8)
        home.mkdir(parents=True)
        self.url, self._hub, self._api = (f"http://127.0.0.1:{free_port()}/" for _ in range(3))
        settings_dir = home / "lab-settings"
        settings_dir.mkdir()
        (settings_dir / "overrides.json").write_text(json.dumps(QUIET))
        lab = {
            "app_settings_dir": str(settings_dir),
            "extension_manager": "readonly",
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "expose_app_in_browser": True,
        }
        (home / "config").mkdir()
        (home / "config" / "jupyter_server_config.json").write_text(
            json.dumps({"ServerApp": {"jpserver_extensions": {"jupyter_envs": True}}, "LabApp": lab, **config})
        )
        environment = {
            name: value
            for name, value in isolated_environment(home / "someone").items()
            if name.startswith(("XDG_", "UV_", "RATTLER_")) or name == "HOME"
        }
        settings = {
            "url": self.url,
            "hub": self._hub,
            "proxy_api": self._api,
            "proxy": command,
            "home": str(home),
            "password": self.password,
            "arguments": ["--allow-root"] if os.geteuid() == 0 else [],
            "environment": {**environment, "JUPYTER_CONFIG_PATH": str(home / "config")},
        }
        self._config = home / "jupyterhub_config.py"
        self._config.write_text(_CONFIG.format(settings=json.dumps(settings)))
        self._process: Process | None = None

    def __enter__(self) -> UserHub:
        argv = [str(self.python), "-m", "jupyterhub", "-f", str(self._config)]
        env = isolated_environment(self.home)
        env["PATH"] = f"{self.python.parent}{os.pathsep}{env['PATH']}"
        self._process = Process(argv, self.home / "hub.log", env=env, cwd=self.home)
        wait_until(self._answers, "the hub to answer", 90.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.stop(60.0)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.running, self._process.output
        port = int(self.url.rstrip("/").rpartition(":")[2])
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0 and "JupyterHub is now running" in self._process.output


def free_port() -> int:
    """A port that nobody listens on; somebody may be faster."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
