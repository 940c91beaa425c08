"""Each error that rattler can raise, as one of ours.

rattler's exception classes have no common base and their messages are their only content, so the class decides
what kind of error it is and the message what exactly happened.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from rattler import exceptions as rattler_errors

from jupyter_envs.engine import credentials
from jupyter_envs.errors import (
    DiskTrouble,
    EngineFailed,
    EnvsError,
    InvalidFile,
    InvalidInput,
    InvalidSpec,
    PackageRefused,
    Unreachable,
    Unsolvable,
)

KINDS: dict[type[Exception], type[EnvsError]] = {
    rattler_errors.ActivationError: EngineFailed,
    rattler_errors.ActivationScriptFormatError: EngineFailed,
    rattler_errors.AttestationError: PackageRefused,
    rattler_errors.AuthenticationStorageError: InvalidFile,
    rattler_errors.CacheDirError: DiskTrouble,
    rattler_errors.CanonicalMatchSpecError: InvalidSpec,
    rattler_errors.ConfigError: InvalidInput,
    rattler_errors.ConversionError: InvalidInput,
    rattler_errors.ConvertSubdirError: InvalidInput,
    rattler_errors.DetectVirtualPackageError: EngineFailed,
    rattler_errors.EnvironmentCreationError: EngineFailed,
    rattler_errors.ExtractError: PackageRefused,
    rattler_errors.FetchRepoDataError: Unreachable,
    rattler_errors.GatewayError: Unreachable,
    rattler_errors.GatewayWarning: Unreachable,
    rattler_errors.InstallerError: EngineFailed,
    rattler_errors.InvalidChannelError: InvalidSpec,
    rattler_errors.InvalidHeaderNameError: InvalidInput,
    rattler_errors.InvalidHeaderValueError: InvalidInput,
    rattler_errors.InvalidMatchSpecError: InvalidSpec,
    rattler_errors.InvalidPackageNameError: InvalidSpec,
    rattler_errors.InvalidUrlError: InvalidSpec,
    rattler_errors.InvalidVersionError: InvalidSpec,
    rattler_errors.InvalidVersionSpecError: InvalidSpec,
    rattler_errors.IoError: DiskTrouble,
    rattler_errors.LinkError: EngineFailed,
    rattler_errors.PackageNameMatcherParseError: InvalidSpec,
    rattler_errors.ParseArchError: InvalidInput,
    rattler_errors.ParseCondaLockError: InvalidFile,
    rattler_errors.ParseExplicitEnvironmentSpecError: InvalidFile,
    rattler_errors.ParseSubdirError: InvalidInput,
    rattler_errors.RequirementError: InvalidSpec,
    rattler_errors.ShellError: EngineFailed,
    rattler_errors.SolverError: Unsolvable,
    rattler_errors.TransactionError: EngineFailed,
    rattler_errors.ValidatePackageRecordsError: InvalidFile,
    rattler_errors.VersionBumpError: InvalidSpec,
    rattler_errors.VersionExtendError: InvalidSpec,
    rattler_errors.VirtualPackageOverrideError: InvalidInput,
}

# Besides its own classes rattler raises these, for what it does not classify.
FAILURES: tuple[type[Exception], ...] = (*KINDS, OSError, RuntimeError, TypeError, ValueError)

HINTS: dict[type[EnvsError], tuple[str, ...]] = {
    Unreachable: ("Check the channel's name and the network, then try again.",),
    Unsolvable: ("Loosen or remove one of the named requirements, or add a channel that has the package.",),
    DiskTrouble: ("Free some space, or check the permissions of the folder, then try again.",),
    PackageRefused: ("Ask the channel's owner, or lock again to take another build.",),
    EngineFailed: ("Nothing was changed. The job's log has the details.",),
}

# How rattler joins what happened and why.
_CAUSED_BY = re.compile(r"\n\s*Caused by:\s*")
_ADDRESS = re.compile(r"\burl \(([^()\s]+)\)")

# What a message says about the cause, where the class alone is not enough.
TELLING = (
    ("hash mismatch", PackageRefused),
    ("no space left", DiskTrouble),
    ("disk quota exceeded", DiskTrouble),
    ("read-only file system", DiskTrouble),
    ("permission denied", DiskTrouble),
    ("input/output error", DiskTrouble),
)


def translate(error: Exception, doing: str) -> EnvsError:
    """One of our errors for ``error``, which happened while ``doing`` ("Solving", "Linking")."""
    message = str(error).strip()
    if isinstance(error, rattler_errors.AuthenticationStorageError):
        return credentials_file(message, doing)
    refused = credentials.wanted(message, doing, credentials.CHANNEL)
    if refused is not None:
        return refused
    kind = KINDS.get(type(error), EngineFailed)
    if isinstance(error, OSError):
        return from_os_error(error, doing)
    for telling, told in TELLING:
        if telling in message.lower():
            kind = told
    hints = HINTS.get(kind, ())
    outermost, *causes = [part.strip().rstrip(".") for part in _CAUSED_BY.split(message)]
    if not causes:
        return kind(f"{doing} failed: {message}", hints=hints)
    first = causes[-1]
    return kind(f"{doing} failed: {about(message, outermost, first)}{first}.", hints=hints, cause=first)


def about(message: str, outermost: str, first: str) -> str:
    """What goes before the first of a chain of causes: the address that it is about, if it does not name it itself."""
    address = _ADDRESS.search(message)
    if address is None:
        return f"{outermost}: "
    return "" if address[1] in first else f"{address[1]}: "


def credentials_file(message: str, doing: str) -> InvalidFile:
    """A file of rattler's logins that is not understood. What the message says of its content may be a secret."""
    found = re.match(r"failed to parse (.+?\.json):", message)
    path = found[1] if found else "of rattler's logins"
    return InvalidFile(
        f"{doing} failed: the file with credentials {path} is not understood.",
        hints=("Mend it, or make it anew; “Use private channels and indexes” in the documentation has an example.",),
        path=path if found else "",
    )


def of_our_disk(error: Exception) -> bool:
    """Whether the disk is to blame for an unpacking that failed, and not the archive."""
    return any(told is DiskTrouble and telling in str(error).lower() for telling, told in TELLING)


def from_os_error(error: OSError, doing: str) -> DiskTrouble:
    """A disk error that names the file and the reason."""
    place = f" at {error.filename}" if error.filename else ""
    reason = error.strerror or str(error)
    hint = "Free some space, then try again." if error.errno == errno.ENOSPC else HINTS[DiskTrouble][0]
    return DiskTrouble(f"{doing} failed{place}: {reason}.", hints=(hint,), path=str(error.filename or ""))


@contextmanager
def mapped(doing: str) -> Iterator[None]:
    """Everything that rattler or the disk raises inside becomes an `EnvsError`; ``doing`` begins its message."""
    try:
        yield
    except EnvsError:
        raise
    except FAILURES as error:
        raise translate(error, doing) from error
