"""The bodies of ``POST binder/PATH`` and ``POST builds``."""

from __future__ import annotations

from jupyter_envs.binder import MODES, Mode
from jupyter_envs.manager import BinderRequest
from jupyter_envs.server.fields import Fields, consent, parse, refuse

_TEXTS = ("hub", "ref", "repository", "content", "base_image")
_KEYS = ("notebooks", "mode", "dockerfile", "overwrite", "dry_run", "plan", *_TEXTS)


def binder_body(path: str, body: bytes) -> BinderRequest:
    """What is asked for the notebook at a path and for further ones. Raises `InvalidInput`, `PlanNeeded`."""
    fields = parse(body, _KEYS)
    dry_run, plan = consent(fields)
    return BinderRequest(
        (path, *fields.texts("notebooks")),
        mode=_mode(fields),
        write=not dry_run,
        confirmed=plan or "",
        overwrite=fields.flag("overwrite", False),
        dockerfile=fields.flag("dockerfile", False),
        **{key: fields.optional_text(key) or "" for key in _TEXTS},
    )


def build_body(body: bytes) -> BinderRequest:
    """The notebook whose link's build is to be followed. Raises `InvalidInput`."""
    fields = parse(body, ("notebook", "hub", "ref", "repository"))
    hub, ref, repository = (fields.optional_text(key) or "" for key in ("hub", "ref", "repository"))
    return BinderRequest((fields.text("notebook"),), hub=hub, ref=ref, repository=repository)


def _mode(fields: Fields) -> Mode:
    given = fields.optional_text("mode") or "locked"
    return next((mode for mode in MODES if mode == given), None) or refuse("mode", f"must be one of {', '.join(MODES)}")
