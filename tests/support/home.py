"""Environment variables that keep a program away from the real home folder and from the machine's settings."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_NOT_INHERITED = (
    "JUPYTER",
    "JPY_",
    "CONDA",
    "_CE_",
    "MAMBA",
    "PIXI",
    "RATTLER",
    "UV_",
    "PIP_",
    "IPYTHON",
    "XDG_",
    "VIRTUAL_ENV",
)
_NOT_INHERITED_NAMES = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP"}


def isolated_environment(home: Path, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """``base`` without what would lead out of ``home``, and with every known folder inside of it."""
    kept = {
        name: value
        for name, value in base.items()
        if not name.startswith(_NOT_INHERITED) and name not in _NOT_INHERITED_NAMES
    }
    folders = {
        "HOME": home,
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local/share",
        "XDG_STATE_HOME": home / ".local/state",
        "JUPYTER_CONFIG_DIR": home / ".jupyter",
        "JUPYTER_DATA_DIR": home / ".local/share/jupyter",
        "JUPYTER_RUNTIME_DIR": home / ".local/share/jupyter/runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / ".jupyter/lab/user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / ".jupyter/lab/workspaces",
        "IPYTHONDIR": home / ".ipython",
        "UV_CACHE_DIR": home / ".cache/uv",
        "RATTLER_CACHE_DIR": home / ".cache/rattler",
    }
    return {**kept, **{name: str(folder) for name, folder in folders.items()}, "UV_NO_CONFIG": "1"}


def configure(home: Path, settings: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the configuration that the command line reads in this home."""
    folder = home / ".jupyter"
    folder.mkdir(exist_ok=True)
    (folder / "jupyter_envs_config.json").write_text(json.dumps(settings))
