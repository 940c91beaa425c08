"""Environments as part of the notebook: create, pin, lock and rebuild them.

Importing this package imports nothing else of it; Jupyter asks the functions below for the front end and the server.
"""

from __future__ import annotations

from typing import Any

from jupyter_envs._version import __version__

__all__ = ["__version__"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where JupyterLab finds the built front end."""
    return [{"src": "labextension", "dest": "jupyter-envs"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where Jupyter Server finds the extension; the import waits until it asks."""
    from jupyter_envs.server.app import EnvsExtension  # noqa: PLC0415

    return [{"module": "jupyter_envs.server.app", "app": EnvsExtension}]
