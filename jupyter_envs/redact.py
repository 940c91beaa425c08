"""Take secrets out of addresses, before they reach a log, a message or a file that leaves the machine.

`clean_url` removes them from one address, `clean_text` from all addresses in a text; `redact` replaces them in
running text (a traceback, uv's output); `show` makes a stranger's text short and printable for a message.
What counts as a secret: a user name or password before the host, an Anaconda token (``/t/TOKEN/``), the value of
every query parameter of a secret-sounding name, and the signature parameters of presigned addresses.
"""

from __future__ import annotations

import re
import traceback
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from .errors import EnvsError

MASK = "***"

_SHOWN = 60  # characters

_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|api[_-]?key|access[_-]?key|auth(?!or)|credential|signature|session|^key$|^sig$|^se$|^sp$|^sv$"
    r"|^x-amz-|^x-goog-|^awsaccesskeyid$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_TOKEN_PATH = re.compile(r"(/|%2f)t(/|%2f)(?:(?!%2f)[^/\s\"'?#])+", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/\s\"'<>?#]*@")
_PARAMETER = re.compile(r"([?&#;])([^=&#;\s\"'<>]+)=([^&#;\s\"'<>]*)")
# without any of these, nothing in an address can be a secret
_SUSPICIOUS = re.compile(r"[@?#\[]|(?:/|%2f)t(?:/|%2f)", re.IGNORECASE)
_HEADER = re.compile(r"(authorization\s*[:=]\s*(?:bearer|basic|token)?\s*)[^\s\"',]+", re.IGNORECASE)
_SETTING = re.compile(
    r"(\b\w*(?:token|secret|password|passwd|api_?key)[\"']?\s*[=:]\s*[\"']?)([^\s\"'<>,;&]+)", re.IGNORECASE
)


def clean_url(url: str) -> tuple[str, bool]:
    """The address without its secrets, and whether it had any.

    The result is usable where the secret is configured on the reader's machine. A user name without a password is
    taken out too (tokens are often sent as one), except the ``git@`` of an SSH address.
    """
    if not _SUSPICIOUS.search(url):
        return url, False
    try:
        parts = urlsplit(url)
    except ValueError:
        return redact(url), redact(url) != url
    if not parts.netloc:
        return url, False
    cleaned = urlunsplit(
        (
            parts.scheme,
            _without_user(parts.netloc),
            _TOKEN_PATH.sub("", parts.path),
            _without_secrets(parts.query),
            _without_secrets(parts.fragment),
        )
    )
    unchanged = (
        _without_user(parts.netloc) == parts.netloc
        and not _TOKEN_PATH.search(parts.path)
        and _without_secrets(parts.query) == parts.query
        and _without_secrets(parts.fragment) == parts.fragment
    )
    return (url, False) if unchanged else (cleaned, True)


def clean_text(text: str) -> str:
    """The text, a line of a file for example, with each address in it as `clean_url` leaves it."""
    return _ADDRESS.sub(lambda found: clean_url(found[0])[0], text)


def redact(text: str) -> str:
    """The text with ``***`` in place of every secret in it: in an address, a header, or behind ``SOME_TOKEN=``."""
    text = _USER_INFO.sub(lambda found: found[0] if found[0] == "git@" else f"{MASK}@", text)
    text = _TOKEN_PATH.sub(lambda found: f"{found[1]}t{found[2]}{MASK}", text)
    text = _PARAMETER.sub(_masked_parameter, text)
    text = _SETTING.sub(lambda found: found[1] + MASK, text)
    return _HEADER.sub(lambda found: found[1] + MASK, text)


def masked_uri(uri: str) -> str:
    """A request's path and query for a log, without the secrets in the values of its parameters."""
    path, mark, query = uri.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    masked = [(name, redact(value)) for name, value in pairs]
    return uri if masked == pairs else f"{redact(path)}{mark}{urlencode(masked, safe='*/:@')}"


def trace(error: BaseException) -> str:
    """The traceback of a bug for a log. What the exception says may hold anything."""
    return redact("".join(traceback.format_exception(error)).rstrip("\n"))


def told(error: EnvsError) -> dict[str, Any]:
    """An error as it may leave the process: `EnvsError.to_json` without the secrets that its texts may hold."""
    return {key: _redacted(value) for key, value in error.to_json().items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(item) for key, item in value.items()}
    return [_redacted(item) for item in value] if isinstance(value, list | tuple) else value


def sounds_secret(name: str) -> bool:
    """Whether the name of a variable or parameter says that its value is a secret."""
    return bool(_SECRET_NAME.search(unquote(name)))


def show(text: str) -> str:
    """``text`` for a message: printable, at most 60 characters."""
    clean = "".join(character if character.isprintable() else "�" for character in text[: _SHOWN + 1])
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"


def _without_user(netloc: str) -> str:
    user, at, host = netloc.rpartition("@")
    return netloc if not at or user == "git" else host


def _without_secrets(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if not sounds_secret(pair.partition("=")[0]))


def _masked_parameter(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}={MASK}" if sounds_secret(found[2]) else found[0]
