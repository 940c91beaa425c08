"""``binder/postBuild``: shell that builds the locked environments and registers their kernels.

Every value that comes from outside is quoted for the shell, or goes as an argument to a program that is written here.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Protocol

from .targets import Target


class ListNames(Protocol):
    """How the lists of a target are called."""

    def conda(self, platform: str) -> str:
        """The list for mamba."""

    def pip(self, platform: str) -> str:
        """The list for pip."""


_HEAD = """\
#!/usr/bin/env bash
# Builds the locked environments of this repository, each package by its hash, and registers their kernels.
# Runs in repo2docker's image, which sets CONDA_DIR, CONDA_PLATFORM, MAMBA_EXE and NB_PYTHON_PREFIX.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
server="$NB_PYTHON_PREFIX/bin/python"

build() { # environment, lists in front of the platform's name, the Python of PyPI packages alone
    local prefix="$CONDA_DIR/envs/$1"
    local conda="$here/${2}conda-$CONDA_PLATFORM.lock" pip="$here/${2}requirements-$CONDA_PLATFORM.lock"
    [ "$CONDA_PLATFORM" = linux-64 ] && pip="$here/${2}requirements.lock"
    if [ -f "$conda" ]; then
        "$MAMBA_EXE" create --yes --prefix "$prefix" --file "$conda"
    elif [ -f "$pip" ]; then
        # PyPI packages alone stand on the server's Python
        local python; python=$("$server" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if [ "$python" != "$3" ]; then
            echo "The environment $1 is locked for Python $3, and the server here has Python $python." >&2
            exit 1
        fi
        "$server" -m venv --without-pip "$prefix"
    else
        echo "The environment $1 is not locked for $CONDA_PLATFORM." >&2
        exit 1
    fi
    if [ -f "$pip" ]; then
        "$server" -m pip --python "$prefix/bin/python" install --no-cache-dir --no-deps --require-hashes \\
            --only-binary :all: --requirement "$pip"
    fi
}

register() { # environment, its variables as JSON, further names of its kernel
    "$server" - "$CONDA_DIR/envs/$1" "$NB_PYTHON_PREFIX/share/jupyter/kernels" "$@" <<'PYTHON'"""

_REGISTER = """\
import json, shutil, subprocess, sys
from pathlib import Path

prefix, kernels, name, variables, *aliases = sys.argv[1:]
prefix, kernels, variables = Path(prefix), Path(kernels), json.loads(variables)
own = {"CONDA_PREFIX": str(prefix), "CONDA_DEFAULT_ENV": name, "CONDA_SHLVL": "1"}
if (prefix / "pyvenv.cfg").exists():
    own = {"VIRTUAL_ENV": str(prefix)}
base = {**own, "HOME": "/tmp", **variables}
usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
base["PATH"] = f"{prefix / 'bin'}:{usual}"
for file in sorted(prefix.glob("etc/conda/env_vars.d/*.json")):
    base = {**json.loads(file.read_text()), **base}
scripts = sorted(map(str, prefix.glob("etc/conda/activate.d/*.sh")))
source = 'for script in "$@"; do . "$script"; done >&2; env -0'
shell = ["/bin/bash", "--noprofile", "--norc", "-c", source, "activate", *scripts]
pairs = subprocess.run(shell, env=base, stdout=subprocess.PIPE, check=True).stdout.decode().split("\\0")
noise = {"_", "SHLVL", "PWD", "OLDPWD", "HOME"}
env = {key: value for key, _, value in (pair.partition("=") for pair in pairs if pair) if key not in noise}
# jupyter_client reads $ as the start of a name
env = {key: value.replace("$", "$$") for key, value in env.items()}
if env["PATH"].endswith(usual):
    env["PATH"] = env["PATH"].removesuffix(usual) + "${PATH}"

order = ["python3", "ir"]
specs = sorted(prefix.glob("share/jupyter/kernels/*/kernel.json"), key=lambda path: path.parent.name)
specs.sort(key=lambda path: order.index(path.parent.name) if path.parent.name in order else len(order))
if not specs:
    sys.exit(f"The environment {name} has no Jupyter kernel: add ipykernel to its file.")
for position, path in enumerate(specs):
    spec = json.loads(path.read_text())
    program = prefix / "bin" / Path(spec["argv"][0]).name
    spec["argv"][0] = str(program) if program.exists() else spec["argv"][0]
    spec["env"] = {"PYTHONNOUSERSITE": "1", **spec.get("env", {}), **env}
    own = name.lower() if position == 0 else f"{name.lower()}.{path.parent.name.lower()}"
    spec["display_name"] = name if position == 0 else f"{name} ({spec['display_name']})"
    for folder in [own, *(aliases if position == 0 else [])]:
        shutil.copytree(path.parent, kernels / folder, dirs_exist_ok=True)
        (kernels / folder / "kernel.json").write_text(json.dumps(spec, indent=1))
        print(f"The kernel {folder} runs in {prefix}")"""


_FOR_LINE = re.compile(r"# for (\[.*\])\r?")


def notebooks_of(script: str) -> tuple[str, ...]:
    """The notebooks that a script of ours says it is for; of another script, none."""
    found: list[str] = []
    for line in script.split("\n"):
        matched = _FOR_LINE.fullmatch(line)
        try:
            names = json.loads(matched[1]) if matched else []
        except (ValueError, RecursionError):
            names = []
        found += [name for name in names if isinstance(name, str)]
    return tuple(dict.fromkeys(found))


def post_build(targets: Sequence[Target], places: Mapping[Target, ListNames]) -> list[str]:
    """The script's lines, without its marker."""
    lines = [*_HEAD.split("\n"), *_REGISTER.split("\n"), "PYTHON", "}"]
    for target in targets:
        start = places[target].conda("").removesuffix("conda-.lock")
        alone = [target.python] if target.is_alone else []
        variables = json.dumps(dict(sorted(target.variables.items())))
        lines += [
            "",
            f"# for {json.dumps(list(target.notebooks))}",
            " ".join(["build", *map(shlex.quote, (target.environment, start, *alone))]),
            " ".join(["register", *map(shlex.quote, (target.environment, variables, *target.aliases))]),
        ]
    return [*lines, "", '"$MAMBA_EXE" clean --all -f -y']
