"""Jupyter's running kernels and sessions, as far as environments need them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from jupyter_core.utils import ensure_async

from jupyter_envs.errors import EngineFailed


class Kernels:
    """The server's kernels and sessions: its MappingKernelManager and its SessionManager (both untyped)."""

    def __init__(self, kernels: Any, sessions: Any, log: logging.Logger) -> None:
        self._kernels = kernels
        self._sessions = sessions
        self._log = log

    def running(self) -> Mapping[str, int]:
        """How many kernels run for each kernel name."""
        return Counter(name for _, name in self._names())

    def renew(self, names: Iterable[str]) -> None:
        """Have running kernels read their kernelspec again when they are restarted: it leads elsewhere now.

        Jupyter keeps what it read when a kernel was first started, in the kernel's manager and in its provisioner.
        """
        wanted = set(names)
        for id, name in self._names():
            if name in wanted:
                manager = self._kernels.get_kernel(id)
                try:
                    # a new name is the public way to have it forget the old spec
                    manager.kernel_name = ""
                    manager.kernel_name = name
                    manager.provisioner.kernel_spec = manager.kernel_spec
                except Exception:
                    self._log.exception("The kernel %s still restarts with the files that it has", name)

    async def shut_down(self, names: Iterable[str]) -> None:
        """Shut down all kernels with these kernel names."""
        wanted = set(names)
        for id, name in self._names():
            if name in wanted:
                await ensure_async(self._kernels.shutdown_kernel(id))

    async def switch(self, session: str, kernel: str) -> dict[str, Any]:
        """Start ``kernel`` for the session, shut down the one that it had, and return Jupyter's model of the session.

        Raises Tornado's 404 for an unknown session, and `EngineFailed` if the kernel does not start; the session then
        keeps the kernel that it has.
        """
        before = await self._sessions.get_session(session_id=session)
        try:
            new = await self._sessions.start_kernel_for_session(
                session, path=before["path"], name=before["name"], type=before["type"], kernel_name=kernel
            )
        except Exception as error:
            self._log.exception("The kernel %s could not be started", kernel)
            raise EngineFailed(
                f"The kernel “{kernel}” could not be started.",
                hints=["The notebook keeps its kernel. The server's log has the details."],
                kernel=kernel,
            ) from error
        await self._sessions.update_session(session, kernel_id=new)
        await ensure_async(self._kernels.shutdown_kernel(before["kernel"]["id"]))
        model: dict[str, Any] = await self._sessions.get_session(session_id=session)
        return model

    def _names(self) -> list[tuple[str, str]]:
        """Id and kernel name of each running kernel."""
        ids = self._kernels.list_kernel_ids()
        return [(id, str(self._kernels.get_kernel(id).kernel_name)) for id in ids]
