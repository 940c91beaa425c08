"""`Manager`: each use case as a short sentence of the modules below."""

from __future__ import annotations

from jupyter_envs.manager.looking import Looking
from jupyter_envs.manager.making import Making
from jupyter_envs.manager.modifying import Modifying
from jupyter_envs.manager.upkeep import Upkeep


class Manager(Looking, Making, Modifying, Upkeep):
    """All environments of one user.

    A coroutine that takes a reporter may be cancelled at any time: it ends when the engine's processes are gone and
    nothing that is half made is left.
    """
