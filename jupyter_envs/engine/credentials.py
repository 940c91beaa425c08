"""Credentials on the way to channels and indexes: servers that ask for them, and addresses that hold them.

Pure: nothing is read. Where rattler and uv find credentials is theirs; see `docs/how-to/private-channels.md`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from jupyter_envs.errors import Unreachable
from jupyter_envs.redact import clean_url

CHANNEL, INDEX = "channel", "package index"
WORDS = {
    "401": "asks for credentials (401 Unauthorized)",
    "403": "does not let us in (403 Forbidden)",
    "407": "is behind a proxy that asks for credentials (407 Proxy Authentication Required)",
}
WHERE = {
    CHANNEL: "Put them into the file of rattler's logins (RATTLER_AUTH_FILE), the system's keyring or ~/.netrc; "
    "“Use private channels and indexes” in the documentation has examples.",
    INDEX: "Put them into ~/.netrc; “Use private channels and indexes” in the documentation has an example.",
}
THERE_ALREADY = "If they are there already, they are wrong, or not for this host."
PROXY = "Write the proxy's address with them into HTTPS_PROXY or into proxy_servers of .condarc."

# as rattler and uv say it: of one file, and of an index
_OF_A_FILE = re.compile(r"\((401|403|407) [^)]*\) for url \(([^)\s]+)\)")
_OF_AN_INDEX = re.compile(r"index (?:URL )?\(([^)\s]+)\) (?:could not|returned)[^.]*?(401|403) ", re.IGNORECASE)

# uv's options whose values may be addresses with secrets → the variable that says the same, and what joins several
_VARIABLES = {
    "--default-index": ("UV_DEFAULT_INDEX", " "),
    "--index": ("UV_INDEX", " "),
    "--find-links": ("UV_FIND_LINKS", ","),
}


def wanted(text: str, doing: str, what: str) -> Unreachable | None:
    """The error for a server that let us not in, if that is what an engine's message says; it names the server."""
    if found := _OF_AN_INDEX.search(text):
        address, status = found[1], found[2]
    elif found := _OF_A_FILE.search(text):
        status, address = found[1], place(found[2], what)
    else:
        return None
    address = clean_url(address)[0]
    hints = (PROXY,) if status == "407" else (WHERE[what], THERE_ALREADY)
    return Unreachable(
        f"{doing} failed: the {what} {address} {WORDS[status]}.", hints=hints, address=address, status=int(status)
    )


def place(url: str, what: str) -> str:
    """The channel of one of its files (``CHANNEL/PLATFORM/FILE``), or the host of an index's."""
    parts = urlsplit(url)
    path = parts.path.rsplit("/", 2)[0] if what == CHANNEL else ""
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def hidden(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """uv's arguments without addresses that hold secrets, and environment variables that say the same.

    Everybody on the machine can read a program's arguments; its environment only its user can.
    """
    pairs = list(zip(arguments, [*arguments[1:], ""], strict=True))
    secret = {option for option, value in pairs if option in _VARIABLES and clean_url(value)[1]}
    kept: list[str] = []
    values: dict[str, list[str]] = {}
    skip = False
    for option, value in pairs:
        if skip:
            skip = False
        elif option in secret:
            values.setdefault(option, []).append(value)
            skip = True
        else:
            kept.append(option)
    return kept, {_VARIABLES[option][0]: _VARIABLES[option][1].join(found) for option, found in values.items()}


def as_configured(words: Sequence[str], configured: Sequence[str]) -> list[str]:
    """uv's arguments, where an index that a file names without credentials is a configured one that has them."""
    known = {clean_url(address)[0].rstrip("/"): address for address in configured if clean_url(address)[1]}
    return [known.get(word.rstrip("/"), word) for word in words]


def with_user(url: str, configured: Sequence[str]) -> str:
    """A file's address with the user and password of the configured address on the same host; no lock keeps those."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or clean_url(url)[1]:
        return url
    for address in map(urlsplit, configured):
        user, at, host = address.netloc.rpartition("@")
        if at and (address.scheme, host) == (parts.scheme, parts.netloc):
            return urlunsplit(parts._replace(netloc=f"{user}@{host}"))
    return url
