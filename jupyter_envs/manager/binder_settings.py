"""What can be configured about Binder."""

from __future__ import annotations

from traitlets import Dict, List, TraitError, Unicode, validate
from traitlets.config import Configurable

from jupyter_envs.binder import DEFAULT_HUB, check_hub
from jupyter_envs.errors import InvalidInput


class BinderSettings(Configurable):
    """The hub that links lead to, and the base image of Dockerfiles."""

    binder_hub = Unicode(DEFAULT_HUB, help="The BinderHub that links lead to; its address may have a path.").tag(
        config=True
    )
    binder_base_image = Unicode(
        help="The image that a written Dockerfile starts from, pinned as NAME@sha256:DIGEST."
    ).tag(config=True)

    binder_follow_hubs = List(
        Unicode(),
        help="BinderHubs whose builds may be followed from here; no other hub is asked anything, there are only links.",
    ).tag(config=True)
    binder_tokens = Dict(
        Unicode(),
        key_trait=Unicode(),
        help="API tokens for hubs that need one, by the hub's address; each is sent to that hub only.",
    ).tag(config=True)

    @validate("binder_hub")
    def _check_hub(self, proposal: dict[str, str]) -> str:
        return _checked(proposal["value"])

    @validate("binder_follow_hubs")
    def _check_hubs(self, proposal: dict[str, list[str]]) -> list[str]:
        return [_checked(hub) for hub in proposal["value"]]

    @validate("binder_tokens")
    def _check_tokens(self, proposal: dict[str, dict[str, str]]) -> dict[str, str]:
        return {_checked(hub): token for hub, token in proposal["value"].items()}


def _checked(hub: str) -> str:
    try:
        return check_hub(hub)
    except InvalidInput as error:
        raise TraitError(error.message) from error
