"""Request bodies become frozen values here; behind this module nothing sees a bare dict.

Whether a value makes sense (a name, a match spec, a file) is for the manager to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jupyter_envs.errors import InvalidInput
from jupyter_envs.manager import ChangeRequest, CreateRequest, PinLock
from jupyter_envs.models import EngineName
from jupyter_envs.server.errors import NotJson, TooLarge
from jupyter_envs.server.fields import Fields, consent, parse, refuse
from jupyter_envs.server.queries import engine_argument

JSON_TYPE = "application/json"
_CREATE_OPTIONS = (
    "name", "channels", "engine", "filename", "environment", "update", "write_notebook", "as_of", "dry_run", "plan",
)  # fmt: skip


@dataclass(frozen=True)
class CreateBody:
    """``POST environments``: the request, and whether it is only to be planned or must match ``plan`` that was seen."""

    request: CreateRequest
    dry_run: bool
    plan: str | None


@dataclass(frozen=True)
class ChangeBody:
    """``PATCH environments/NAME``: as `CreateBody`."""

    request: ChangeRequest
    dry_run: bool
    plan: str | None


@dataclass(frozen=True)
class RollbackBody:
    """``POST environments/NAME/rollback``; without a generation the one before."""

    generation: str | None
    dry_run: bool
    plan: str | None


@dataclass(frozen=True)
class AdoptChangesBody:
    """``POST environments/NAME/adopt-changes``."""

    dry_run: bool
    plan: str | None


@dataclass(frozen=True)
class PinBody:
    """``PUT pins/PATH``."""

    environment: str
    write_notebook: bool


@dataclass(frozen=True)
class SwitchBody:
    """``POST switch``."""

    session: str
    environment: str


@dataclass(frozen=True)
class RenameBody:
    """``POST environments/NAME/rename``."""

    name: str
    force: bool


@dataclass(frozen=True)
class AboutBody:
    """``PUT environments/NAME/about``."""

    note: str
    tags: tuple[str, ...]


def check_body(body: bytes, content_type: str, limit: int) -> None:
    """Refuse a body that is over ``limit`` bytes (`TooLarge`) or that does not say that it is JSON (`NotJson`)."""
    if len(body) > limit:
        raise TooLarge(f"The request's body has {len(body)} bytes; the server takes {limit}.", limit=limit)
    if body and content_type.partition(";")[0].strip().lower() != JSON_TYPE:
        raise NotJson("The request's body must be JSON.", hints=[f"Send the content type “{JSON_TYPE}”."])


def create_body(body: bytes) -> CreateBody:
    """The body of ``POST environments``. Raises `InvalidInput`, as all functions below."""
    sources = ("packages", "file", "lock", "clone", "pin")
    fields = parse(body, (*_CREATE_OPTIONS, *sources))
    given = fields.given(*sources)
    if len(given) != 1:
        found = " and ".join(given) or "none"
        raise InvalidInput(
            f"Exactly one of {', '.join(sources)} is needed, not {found}.", key=given[-1] if given else ""
        )
    packages = fields.texts("packages")
    if given == ["packages"] and not packages:
        refuse("packages", "must name at least one package")
    request = CreateRequest(
        name=fields.optional_text("name"),
        packages=packages,
        channels=fields.texts("channels"),
        file=fields.optional_text("file"),
        filename=fields.optional_text("filename"),
        environment=fields.optional_text("environment"),
        lock=fields.optional_text("lock"),
        clone=fields.optional_text("clone"),
        pin=fields.optional_text("pin"),
        update=fields.flag("update", False),
        write_notebook=fields.flag("write_notebook", True),
        as_of=fields.moment("as_of"),
        engine=engine_of(fields),
    )
    return CreateBody(request, *consent(fields))


def engine_of(fields: Fields) -> EngineName | Literal[""]:
    """Whose packages are named; empty where that is not said."""
    text = fields.optional_text("engine")
    return "" if text is None else engine_argument(text)


def change_body(name: str, body: bytes) -> ChangeBody:
    """The body of ``PATCH environments/NAME``."""
    wishes = ("install", "pip", "update", "remove", "file")
    fields = parse(body, (*wishes, "filename", "as_of", "dry_run", "plan"))
    given = fields.given(*wishes)
    if not given or ("file" in given and len(given) > 1):
        found = " and ".join(given) or "nothing"
        raise InvalidInput(
            f"Either file or some of install, pip, update and remove is needed, not {found}.",
            key=given[-1] if given else "",
        )
    update_all = fields.is_word("update", "all")
    request = ChangeRequest(
        environment=name,
        install=fields.texts("install"),
        pip=fields.texts("pip"),
        update=() if update_all else fields.texts("update"),
        update_all=update_all,
        remove=fields.texts("remove"),
        file=fields.optional_text("file"),
        filename=fields.optional_text("filename"),
        as_of=fields.moment("as_of"),
    )
    return ChangeBody(request, *consent(fields))


def rollback_body(body: bytes) -> RollbackBody:
    """The body of ``POST environments/NAME/rollback``."""
    fields = parse(body, ("generation", "dry_run", "plan"))
    return RollbackBody(fields.optional_text("generation"), *consent(fields))


def adopt_changes_body(body: bytes) -> AdoptChangesBody:
    """The body of ``POST environments/NAME/adopt-changes``, which may be left out."""
    fields = parse(body or b"{}", ("dry_run", "plan"))
    return AdoptChangesBody(*consent(fields))


def pin_body(body: bytes) -> PinBody:
    """The body of ``PUT pins/PATH``."""
    fields = parse(body, ("environment", "write_notebook"))
    return PinBody(fields.text("environment"), fields.flag("write_notebook", True))


def unpin_body(body: bytes) -> bool:
    """``write_notebook`` of ``DELETE pins/PATH``, whose body may be left out."""
    return parse(body or b"{}", ("write_notebook",)).flag("write_notebook", True)


def lock_body(body: bytes) -> PinLock:
    """The body of ``POST pins/PATH``, whose ``lock`` can only be true."""
    fields = parse(body, ("lock", "all_platforms", "update", "as_of", "write_notebook"))
    if not fields.flag("lock", False):
        refuse("lock", "must be true")
    return PinLock(
        platforms="all" if fields.flag("all_platforms", False) else "here",
        update=fields.texts("update"),
        as_of=fields.moment("as_of"),
        write_notebook=fields.flag("write_notebook", True),
    )


def rename_body(body: bytes) -> RenameBody:
    """The body of ``POST environments/NAME/rename``."""
    fields = parse(body, ("name", "force"))
    return RenameBody(fields.text("name"), fields.flag("force", False))


def about_body(body: bytes) -> AboutBody:
    """The body of ``PUT environments/NAME/about``; what is left out is empty from then on."""
    fields = parse(body, ("note", "tags"))
    return AboutBody(fields.note("note"), fields.texts("tags"))


def empty_body(body: bytes) -> None:
    """A body that may be left out and says nothing."""
    parse(body or b"{}", ())


def switch_body(body: bytes) -> SwitchBody:
    """The body of ``POST switch``."""
    fields = parse(body, ("session", "environment"))
    return SwitchBody(fields.text("session"), fields.text("environment"))


def collect_body(body: bytes) -> bool:
    """``dry_run`` of ``POST gc``."""
    return parse(body, ("dry_run",)).flag("dry_run", False)
