"""Environments that other tools made: conda, mamba, micromamba, pixi, venv, virtualenv, pipenv and uv.

They are found by reading files and folders. No tool and no interpreter is ever started, and nothing is written.
"""

from jupyter_envs.discovery.search import discover
from jupyter_envs.discovery.values import CONDA_ROOTS, Discovery, Foreign, Kind, Places, Problem

__all__ = ["CONDA_ROOTS", "Discovery", "Foreign", "Kind", "Places", "Problem", "discover"]
