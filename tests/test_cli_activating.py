"""``shell``, ``exec`` and ``path``, with the real shells of this machine."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_envs.cli.activating import exports, start_file
from jupyter_envs.manager import Activation

from .localchannel import LocalChannel
from .support.lab import PROJECT
from .support.managing import create, make_manager
from .support.others import MAKERS

CALL = "import sys; sys.path.insert(0, sys.argv.pop(1)); from jupyter_envs.cli import main; main()"
SECONDS = 60


def argv(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", CALL, str(PROJECT), *words[:1], f"--Manager.root_dir={home}/envs", *words[1:]]


def call(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    cwd = home / "work"
    cwd.mkdir(exist_ok=True)
    return subprocess.run(argv(home, *words), capture_output=True, text=True, cwd=cwd, check=False, timeout=SECONDS)


@pytest.fixture
def prefix(home: Path, channel: LocalChannel, package_cache: Path) -> Path:
    """Of an environment of ours with activation scripts."""
    manager = make_manager(home, channel.file_url, package_cache)
    return asyncio.run(create(manager, "sci", "python", "ipykernel", "tinyactivate")).prefix


def test_a_program_runs_in_the_environment_and_its_status_is_passed_on(home: Path, prefix: Path) -> None:
    program = "import os, sys; print(sys.prefix, os.environ['TINYACTIVATE_HOME'], sys.argv[1:]); sys.exit(7)"
    done = call(home, "exec", "sci", "--", "python", "-c", program, "--json", "-x", "--", "a b")
    assert done.returncode == 7, done.stderr
    assert done.stdout.strip() == f"{prefix} {prefix}/share/tinyactivate ['--json', '-x', '--', 'a b']"


def test_what_cannot_be_run_is_said(home: Path, prefix: Path) -> None:
    for words, status in ((("sci", "--", "no-such-program"), 3), (("none", "--", "true"), 3), (("sci",), 2)):
        done = call(home, "exec", *words)
        assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr
        assert "error:" in done.stderr


def test_where_it_is(home: Path, prefix: Path) -> None:
    current = home / "envs" / "sci" / "current"
    assert call(home, "path", "sci").stdout.strip() == str(current)
    assert call(home, "path", "sci", "--interpreter").stdout.strip() == f"{current}/bin/python"
    said = json.loads(call(home, "path", "sci", "--json").stdout)
    assert (said["prefix"], said["folder"]) == (str(prefix), str(current))
    # what conda's activate looks for in a folder
    assert (current / "conda-meta" / "history").is_file()
    assert call(home, "path", "none").returncode == 3


def test_an_environment_of_another_tool(home: Path) -> None:
    venv = MAKERS["venv"](home)
    done = call(
        home, "exec", "plain", "--", "python", "-c", "import os, sys; print(sys.prefix, os.environ['VIRTUAL_ENV'])"
    )
    assert done.stdout.split() == [str(venv), str(venv)], done.stderr
    assert call(home, "path", str(venv), "--interpreter").stdout.strip() == f"{venv}/bin/python"


def typed(words: list[str], lines: str, environ: dict[str, str], cwd: Path) -> tuple[str, int]:
    """What a terminal shows, and the exit status, after these lines were typed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execvpe(words[0], words, environ)
    os.write(terminal, lines.encode())
    shown = b""
    try:
        while select.select([terminal], [], [], SECONDS)[0] and (part := os.read(terminal, 65536)):
            shown += part
    except OSError:
        pass  # a terminal whose other end is closed
    os.close(terminal)
    return shown.decode(errors="replace"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_users_own_shell_in_the_environment(home: Path, prefix: Path, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed on this machine")
    (home / ".bashrc").write_text("export PATH=/usr/bin:/bin\nexport MINE=yes\n")
    (home / ".zshrc").write_text("export PATH=/usr/bin:/bin\nexport MINE=yes\n")
    environ = {**os.environ, "SHELL": program, "TERM": "dumb", "TMPDIR": str(home)}
    lines = "python -c 'import os, sys; print(\"is=\" + sys.prefix)'\necho home=$TINYACTIVATE_HOME\nexit 9\n"
    shown, status = typed(argv(home, "shell", "sci"), lines, environ, home)
    assert status == 9, shown
    assert f"is={prefix}" in shown and f"home={prefix}/share/tinyactivate" in shown
    assert "(sci) " in shown
    assert list(home.glob("jupyter-envs-shell-*")) == []


HOSTILE = {"PATH": "/a b/bin:${PATH}", "QUOTE": 'it\'s "$$HOME" `id` $$(id)', "PLAIN": "x"}


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_values_are_quoted(kind: str) -> None:
    text = exports(kind, HOSTILE)
    assert len(text.splitlines()) == 3
    if kind != "fish":
        script = text + 'printf "%s\\n" "$QUOTE" "$PATH"'
        done = subprocess.run(
            ["/bin/sh", "-c", script], env={"PATH": "/bin"}, capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines() == ['it\'s "$HOME" `id` $(id)', "/a b/bin:/bin"]


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_the_start_file_shows_the_name_and_cleans_up(kind: str) -> None:
    text = start_file(kind, Activation("sci", HOSTILE, {}), "/tmp/x y", None)
    assert "(sci) " in text and text.rstrip().endswith("rm -rf '/tmp/x y'")
