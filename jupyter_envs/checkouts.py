"""Which commit of which remote a git checkout is at, read from its files; git itself is never run."""

from __future__ import annotations

import configparser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jupyter_envs import origins


def describe(folder_url: str) -> str:
    """``git+https://…@commit`` for a ``file://`` address in a checkout with a remote ``origin``; else empty."""
    folder = Path(unquote(urlsplit(folder_url).path))
    top = next((place for place in (folder, *folder.parents) if (place / ".git").is_dir()), None)
    if top is None:
        return ""
    try:
        address = origins.checkout(_remote(top / ".git"), _commit(top / ".git"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return ""
    inside = folder.relative_to(top).as_posix()
    return f"{address}#subdirectory={inside}" if address and inside != "." else address


def _remote(git: Path) -> str:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string((git / "config").read_text(encoding="utf-8"))
    return parser.get('remote "origin"', "url", fallback="")


def _commit(git: Path) -> str:
    head = (git / "HEAD").read_text(encoding="utf-8").strip()
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    loose = git / name
    if loose.is_file() and git in loose.resolve().parents:
        return loose.read_text(encoding="utf-8").strip()
    packed = git / "packed-refs"
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
    return next((line.split(" ")[0] for line in lines if line.endswith(f" {name}")), "")
