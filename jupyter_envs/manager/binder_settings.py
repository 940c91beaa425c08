"""What can be configured about Binder."""

from __future__ import annotations

from traitlets import TraitError, Unicode, validate
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

    @validate("binder_hub")
    def _check_hub(self, proposal: dict[str, str]) -> str:
        try:
            return check_hub(proposal["value"])
        except InvalidInput as error:
            raise TraitError(error.message) from error
