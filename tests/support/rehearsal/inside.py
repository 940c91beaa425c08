"""Runs in the mount namespace: repo2docker's variables, its last commands, Jupyter Server, the notebooks."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from pathlib import Path
from typing import Any

TOKEN = "rehearsal"


def environment(pairs: list[list[str]]) -> dict[str, str]:
    """Docker's rule for ``ENV``: each value may name those before it."""
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    env |= {"NB_USER": "jovyan", "NB_UID": "1000", "HOME": "/home/jovyan", "no_proxy": "127.0.0.1"}
    for name, value in pairs:
        env[name] = re.sub(r"\$\{(\w+)\}", lambda found: env.get(found[1], ""), value)
    return env


def make_server_environment(prefix: Path) -> None:
    """What stands for the environment that repo2docker freezes."""
    venv.create(prefix, with_pip=False, symlinks=True)
    site = prefix / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (site / "rehearsal.pth").write_text(sysconfig.get_path("purelib") + "\n")


def call(port: int, method: str, path: str, body: Any = None) -> Any:
    """One request to Jupyter Server."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", method=method)
    request.add_header("Authorization", f"token {TOKEN}")
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, data, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


def start_server(env: dict[str, str], repository: str) -> tuple[subprocess.Popen[bytes], int]:
    """Jupyter Server as the image's command starts it, on a free port; it listens when this returns."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    python = f"{env['NB_PYTHON_PREFIX']}/bin/python"
    options = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--allow-root", "--no-browser"]
    options += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={repository}"]
    options += ["--ServerApp.jpserver_extensions={}", "--ServerApp.allow_remote_access=False"]
    server = subprocess.Popen([python, "-m", "jupyter_server", *options], env=env, cwd=repository)
    deadline = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, port
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def run_notebook(env: dict[str, str], path: str) -> str:
    """Execute a notebook by the kernel that its metadata name, and return what its first cell printed."""
    program = (
        "import sys, nbformat, nbclient; nb = nbformat.read(sys.argv[1], 4); nbclient.NotebookClient(nb).execute()"
    )
    program += "; print(''.join(o.get('text', '') for o in nb.cells[0].outputs))"
    command = [f"{env['NB_PYTHON_PREFIX']}/bin/python", "-c", program, path]
    return subprocess.run(command, env=env, cwd=env["REPO_DIR"], check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    """Build, look, run; write what was found."""
    settings = json.loads(Path(sys.argv[1]).read_text())
    env = environment(settings["env"])
    make_server_environment(Path(env["NB_PYTHON_PREFIX"]))
    for command in settings["run"]:
        if "/repo2docker-entrypoint" in command:
            continue
        started = time.monotonic()
        print(f"RUN {command}", flush=True)
        subprocess.run(["/bin/bash", "-c", command], env=env, cwd=env["REPO_DIR"], check=True)
        print(f"took {time.monotonic() - started:.1f} s", flush=True)
    server, port = start_server(env, env["REPO_DIR"])
    try:
        kernels = call(port, "GET", "api/kernelspecs")["kernelspecs"]
        sessions = {}
        for path in settings["notebooks"]:
            name = call(port, "GET", f"api/contents/{path}")["content"]["metadata"]["kernelspec"]["name"]
            session = {"path": path, "name": path, "type": "notebook", "kernel": {"name": name}}
            made = call(port, "POST", "api/sessions", session)
            sessions[path] = made["kernel"]["name"]
            call(port, "DELETE", f"api/sessions/{made['id']}")
    finally:
        server.terminate()
        server.wait(60)
    outputs = {path: run_notebook(env, path) for path in settings["notebooks"]}
    found = {"kernels": sorted(kernels), "sessions": sessions, "outputs": outputs, "env": env}
    Path(sys.argv[2]).write_text(json.dumps(found))


if __name__ == "__main__":
    os.umask(0o022)
    main()
