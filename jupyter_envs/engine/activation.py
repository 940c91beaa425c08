"""What activating a prefix does to the environment variables, found out once.

conda's rules (docs.conda.io, "Managing environments"): `etc/conda/env_vars.d/*.json`, then the variables in
`conda-meta/state`, then the shell scripts in `etc/conda/activate.d`, in the order of their names.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from jupyter_envs.errors import EngineFailed

BASE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TIMEOUT_SECONDS = 60
# Set by the shell itself, not by a script.
NOISE = frozenset({"_", "SHLVL", "PWD", "OLDPWD"})
# conda's mark for a variable that was unset
UNSET = "***unset***"
SOURCE_ALL = 'for script in "$@"; do . "$script"; done >&2; env -0'


def capture(prefix: Path, name: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables that a kernel of the prefix needs; ``PATH`` refers to the later process's own as ``${PATH}``.

    ``variables`` are the environment file's; every ``$`` in a value is doubled, since `kernel.json` values are
    templates. Raises `EngineFailed`, naming the script, when one fails or takes too long.
    """
    if (prefix / "pyvenv.cfg").is_file() and not (prefix / "conda-meta").is_dir():
        return {key: as_template(key, value) for key, value in sorted(variables.items())} | virtual(prefix)
    base = base_environment(prefix, name, variables)
    scripts = sorted((prefix / "etc" / "conda" / "activate.d").glob("*.sh"))
    after = run_scripts(prefix, base, scripts) if scripts else base
    changed = {key: value for key, value in after.items() if key not in NOISE and key != "HOME"}
    return {key: as_template(key, value) for key, value in sorted(changed.items())}


def base_environment(prefix: Path, name: str, variables: Mapping[str, str]) -> dict[str, str]:
    """What activation sets before any script runs."""
    stored: dict[str, str] = {}
    for file in sorted((prefix / "etc" / "conda" / "env_vars.d").glob("*.json")):
        stored.update(mapping(file))
    stored.update(stored_variables(prefix))
    return {
        **{key: str(value) for key, value in stored.items()},
        **variables,
        "CONDA_DEFAULT_ENV": name,
        "CONDA_PREFIX": str(prefix),
        "CONDA_SHLVL": "1",
        "PATH": f"{prefix / 'bin'}:{BASE_PATH}",
    }


def stored_variables(prefix: Path) -> dict[str, str]:
    """What ``conda env config vars set`` wrote down."""
    values = mapping(prefix / "conda-meta" / "state").get("env_vars")
    found = values if isinstance(values, dict) else {}
    return {str(key): str(value) for key, value in found.items() if value != UNSET}


def mapping(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is no file. Raises `EngineFailed` for what is not an object."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise EngineFailed(f"The environment's variables cannot be read: {path}.", path=str(path)) from error
    return values if isinstance(values, dict) else {}


def virtual(prefix: Path) -> dict[str, str]:
    """What ``activate`` of a virtual environment sets, in the form that `kernel.json` wants."""
    return {"PATH": as_template("PATH", f"{prefix / 'bin'}:{BASE_PATH}"), "VIRTUAL_ENV": as_template("", str(prefix))}


def expand(variables: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The templates of `kernel.json` as a process gets them, by jupyter_client's rule (``${NAME}``, ``$$``)."""
    return {key: Template(value).safe_substitute(environ) for key, value in variables.items()}


def run_scripts(prefix: Path, base: Mapping[str, str], scripts: list[Path]) -> dict[str, str]:
    """The variables after all scripts were sourced in a clean shell."""
    command = ["/bin/bash", "--noprofile", "--norc", "-c", SOURCE_ALL, "activate", *map(str, scripts)]
    env = {**base, "HOME": os.environ.get("HOME", "/")}
    try:
        done = subprocess.run(
            command,
            env=env,
            cwd=prefix,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        names = ", ".join(script.name for script in scripts)
        raise EngineFailed(
            f"The activation scripts of the environment failed ({names}): {error}",
            hints=("Find the package that ships the script in the plan, and leave it out or report it.",),
        ) from error
    pairs = (
        item.partition("=")[::2] for item in done.stdout.decode(errors="surrogateescape").split("\0") if "=" in item
    )
    return dict(pairs)


def as_template(key: str, value: str) -> str:
    """A value for `kernel.json`, where jupyter_client expands ``${NAME}`` and reads ``$$`` as one dollar sign."""
    if key == "PATH" and value.endswith(BASE_PATH):
        return value.removesuffix(BASE_PATH).replace("$", "$$") + "${PATH}"
    return value.replace("$", "$$")
