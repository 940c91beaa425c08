"""Which Pythons uv can download for this machine: those of its own list, or of one in its format at an address.

Runs in the worker process. Of a list at an address only entries with a SHA-256 count, because uv installs one without
unchecked. Nothing but the list is fetched here, and the size of an archive asked for.
"""

from __future__ import annotations

import asyncio
import base64
import json
import netrc
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib import request
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit

from packaging.version import Version

from jupyter_envs.engine import credentials
from jupyter_envs.engine.pypi_interpreters import is_version, likeness, parsed
from jupyter_envs.engine.pypi_uv import run_uv, write_lines
from jupyter_envs.errors import EngineFailed, InvalidFile, InvalidInput, NotFound, Unreachable
from jupyter_envs.models import Download, Interpreter
from jupyter_envs.redact import clean_url, show
from jupyter_envs.trust import OWN_LIST
from jupyter_envs.versions import minor

LARGEST = 20_000_000
SECONDS = 30.0
ATTEMPTS = 3
PAUSE = 0.5
SETTING = "The setting is Manager.python_downloads."
WEB = ("http", "https")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
# an address that stands for the number of an entry: uv shows some addresses otherwise than they are
_NUMBERED: Final = re.compile(r"file:///(\d+)")


@dataclass(frozen=True)
class Offer:
    """A Python that can be downloaded."""

    version: str
    key: str
    url: str
    sha256: str = ""
    listed: str = ""


async def choose(wish: str, near: str, source: str, cache_dir: Path) -> Interpreter:
    """The Python that fits: one as in ``near`` if there is any, else the newest.

    Raises `NotFound` with what there is, `InvalidFile` for a list that is none, `Unreachable`.
    """
    wanted, offers = parsed(wish), await offered(source, cache_dir)
    stable = [one for one in offers if wanted.prereleases or not Version(one.version).is_prerelease]
    fitting = [one for one in stable if wanted.contains(one.version, prereleases=True)]
    if not fitting:
        versions = sorted({minor(one.version) for one in offers}, key=Version)
        hint = f"For this machine it has {', '.join(versions) or 'none with a SHA-256'}. {SETTING}"
        raise NotFound(f"{named(source)} has no Python {wish}.", hints=(hint,), python=wish)
    best = max(fitting, key=lambda one: (*likeness(Interpreter(one.version), near), Version(one.version)))
    size = await asyncio.to_thread(size_of, best.url)
    return Interpreter(best.version, download=Download(best.url, best.key, best.sha256, size, best.listed))


def named(source: str) -> str:
    """A list, in words."""
    return "uv's own list" if source == OWN_LIST else f"The list of Pythons {show(clean_url(source)[0])}"


async def offered(source: str, cache_dir: Path) -> list[Offer]:
    """All Pythons of a list that are for this machine."""
    if source == OWN_LIST:
        found = usable(await ask_uv(cache_dir))
        return [Offer(str(item["version"]), str(item["key"]), str(item["url"])) for item in found]
    entries = await asyncio.to_thread(read_list, source)
    numbered = {str(number): {**entry, "url": f"file:///{number}"} for number, entry in enumerate(entries)}
    try:
        found = usable(await ask_uv(cache_dir, json.dumps(numbered)))
    except EngineFailed as error:
        raise no_list(source, error.message.splitlines()[-1].strip()) from error
    return list(of_entries(found, entries, source))


def of_entries(items: Iterable[dict[str, Any]], entries: Sequence[dict[str, Any]], source: str) -> Iterator[Offer]:
    """What uv made of a list whose addresses are numbers, with what its entries say.

    Who needs a user and password for the list needs them for what is on the same host.
    """
    for item in items:
        number = _NUMBERED.fullmatch(str(item["url"]))
        if number is not None:
            entry, key = entries[int(number[1])], str(item["key"])
            url = credentials.with_user(str(entry["url"]), [source])
            listed = json.dumps({key: {**entry, "url": url}})
            yield Offer(str(item["version"]), key, url, str(entry["sha256"]), listed)


async def ask_uv(cache_dir: Path, text: str = "") -> list[dict[str, Any]]:
    """What uv says of its own list, or of the one in ``text``."""
    arguments = ["python", "list", "--only-downloads", "--all-versions", "--output-format", "json"]
    with tempfile.TemporaryDirectory() as scratch:
        if text:
            arguments += ["--python-downloads-json-url", str(write_lines(Path(scratch, "pythons.json"), [text]))]
        # uv shows no downloads where they are switched off
        said = await run_uv(arguments, cache_dir, "Reading the list of Pythons", {"UV_PYTHON_DOWNLOADS": "manual"})
    return list(json.loads(said))


def usable(items: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Plain CPython, for any processor of this machine's kind."""
    for item in items:
        plain = item.get("implementation") == "cpython" and item.get("variant", "default") == "default"
        if plain and not re.search(r"_v\d$", str(item.get("arch", ""))) and is_version(str(item["version"])):
            yield item


def read_list(source: str) -> list[dict[str, Any]]:
    """The entries of a list that are complete. Raises `InvalidInput`, `InvalidFile`, `Unreachable`."""
    try:
        root = json.loads(fetched(source))
    except (ValueError, RecursionError) as error:
        raise no_list(source, "it is not JSON") from error
    if not isinstance(root, dict) or not all(isinstance(entry, dict) for entry in root.values()):
        raise no_list(source, "it is not an object of objects")
    return [entry for entry in root.values() if is_complete(entry)]


def is_complete(entry: dict[str, Any]) -> bool:
    """Whether an entry says where its archive is and what it has to be."""
    url, sha256 = entry.get("url"), entry.get("sha256")
    return isinstance(url, str) and is_address(url) and isinstance(sha256, str) and bool(_SHA256.fullmatch(sha256))


def is_address(text: str) -> bool:
    """Whether something can be fetched from there."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "file" or (parts.scheme in WEB and bool(parts.netloc))


def no_list(source: str, why: str) -> InvalidFile:
    """The error for what is no list."""
    hint = f"It has to be in the format of uv's own list of downloads. {SETTING}"
    return InvalidFile(f"{named(source)} is not understood: {why}.", hints=(hint,))


def fetched(source: str) -> bytes:
    """The text of a list. Raises `InvalidInput` for what is no address, `Unreachable`."""
    if not is_address(source):
        hint = f"Write {OWN_LIST} for uv's own list, an address with http, https or file, or nothing."
        raise InvalidInput(f"“{show(source)}” is no list of Pythons. {SETTING}", hints=(hint,), key="python_downloads")
    try:
        if urlsplit(source).scheme == "file":
            found = Path(unquote(urlsplit(source).path)).read_bytes()
        else:
            found = from_web(source)
    except HTTPError as error:
        error.close()
        elsewhere = ", which leads to another address; name that one" if "Location" in error.headers else ""
        raise unreachable(source, f"it answers {error.code} {show(str(error.reason))}{elsewhere}") from error
    except (OSError, ValueError) as error:
        raise unreachable(source, show(str(getattr(error, "reason", None) or error))) from error
    if len(found) > LARGEST:
        raise no_list(source, f"it is larger than {LARGEST / 1e6:.0f} MB")
    return found


def unreachable(source: str, why: str) -> Unreachable:
    """The error for a list that cannot be had."""
    hint = f"Check the address and the network, or set it to nothing: then nothing is downloaded. {SETTING}"
    return Unreachable(f"{named(source)} cannot be read: {why}.", hints=(hint,))


def from_web(source: str) -> bytes:
    """The list itself, from nowhere else: an answer that leads to another address is none."""
    attempt = 0
    while True:
        attempt += 1
        try:
            with opener(follow=False).open(asked(source), timeout=SECONDS) as answer:
                found: bytes = answer.read(LARGEST + 1)
                return found
        except HTTPError as error:
            if error.code < HTTPStatus.INTERNAL_SERVER_ERROR or attempt == ATTEMPTS:
                raise
            error.close()
        except OSError:
            if attempt == ATTEMPTS:
                raise
        time.sleep(PAUSE * attempt)


def size_of(url: str) -> int | None:
    """How large an archive is; None where nobody says. Never raises."""
    try:
        if urlsplit(url).scheme == "file":
            return Path(unquote(urlsplit(url).path)).stat().st_size
        with opener(follow=True).open(asked(url, "HEAD"), timeout=SECONDS) as answer:
            return int(answer.headers["Content-Length"])
    except (OSError, ValueError, TypeError):
        return None


def opener(*, follow: bool) -> request.OpenerDirector:
    """Opens addresses of the web and no others (`urllib`'s own would open files too), through the usual proxies."""
    found = request.OpenerDirector()
    handlers: list[request.BaseHandler] = [request.ProxyHandler(), request.HTTPHandler(), request.HTTPSHandler()]
    handlers += [request.HTTPDefaultErrorHandler(), request.HTTPErrorProcessor()]
    for handler in [*handlers, *([request.HTTPRedirectHandler()] if follow else [])]:
        found.add_handler(handler)
    return found


def asked(url: str, method: str = "GET") -> request.Request:
    """A request, with the user and password that the address has in it, or else those of ``~/.netrc``."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    found = request.Request(parts._replace(netloc=host).geturl(), method=method)
    login = unquote(user) or from_netrc(parts.hostname or "")
    if login:
        found.add_header("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
    return found


def from_netrc(host: str) -> str:
    """``user:password`` for a host, where uv looks for them, too; nothing where there are none, or none to be read."""
    try:
        known = netrc.netrc(os.environ.get("NETRC")).authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return ""
    return f"{known[0]}:{known[2]}" if known else ""
