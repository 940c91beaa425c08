"""Environments on disk: ``ROOT/NAME/environment.json`` is the truth, ``ROOT/NAME/g/<id>/`` are the prefixes.

A prefix is made in its final place and becomes an environment by one atomic write of `environment.json`; a folder
that no `environment.json` lists is no environment and may be collected. Beside the prefixes,
``ROOT/NAME/records/<id>/`` keeps the environment file and the lock that made each generation, and
``ROOT/NAME/current`` is a link for people and for ``conda activate``. Nothing outside of the root is ever changed,
but the list of prefixes that conda tools read (``~/.conda/environments.txt``).
"""

from __future__ import annotations

from jupyter_envs.store.changing import Draft, Store, point, sizes
from jupyter_envs.store.listing import missing

__all__ = ["Draft", "Store", "missing", "point", "sizes"]
