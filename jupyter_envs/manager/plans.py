"""Plans that were shown, so that what is confirmed is what is done."""

from __future__ import annotations

from collections import OrderedDict

from jupyter_envs.errors import PlanChanged
from jupyter_envs.manager.values import Proposal
from jupyter_envs.store import Store

PLANS_KEPT = 20


class Plans:
    """The last proposals by the hash of their plan, each with the request and the generation that it was made for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shown: OrderedDict[str, tuple[object, str | None, Proposal]] = OrderedDict()

    def remember(self, request: object, proposal: Proposal) -> None:
        """Keep a proposal; the oldest goes."""
        self._shown[proposal.plan.hash] = (request, self._generation(proposal.plan.environment), proposal)
        while len(self._shown) > PLANS_KEPT:
            self._shown.popitem(last=False)

    def recall(self, confirmed: str | None, request: object) -> Proposal | None:
        """The very proposal that was shown, unless the environment has changed since."""
        asked, generation, proposal = self._shown.get(confirmed or "", (None, None, None))
        if proposal is None or asked != request or generation != self._generation(proposal.plan.environment):
            return None
        return proposal

    def _generation(self, name: str) -> str | None:
        return self._store.get(name).current if self._store.exists(name) else None


def require_confirmed(proposal: Proposal, confirmed: str | None) -> None:
    """Raise `PlanChanged` when what was confirmed is not what would be done now; None confirms anything."""
    if confirmed is not None and proposal.plan.hash != confirmed:
        raise PlanChanged(
            "What would be installed is not what you confirmed: the channels or the files have changed since.",
            hints=("Look at the new plan, then confirm that one.",),
            hash=proposal.plan.hash,
        )
