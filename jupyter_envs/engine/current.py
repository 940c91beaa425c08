"""The settings of the request that a worker carries out, for whoever in the worker needs them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path

from jupyter_envs.channels import CondaSettings
from jupyter_envs.engine.limits import PackageLimits

_SETTINGS: ContextVar[CondaSettings] = ContextVar("settings")
_SHARED: ContextVar[tuple[Path, ...]] = ContextVar("shared_caches")
_INDEXES: ContextVar[tuple[str, ...]] = ContextVar("indexes")
_LIMITS: ContextVar[PackageLimits] = ContextVar("limits")
_NOTHING = CondaSettings()
_USUAL = PackageLimits()
_PROXIES = {"http": "HTTP_PROXY", "https": "HTTPS_PROXY", "all": "ALL_PROXY"}


def settings() -> CondaSettings:
    """conda's settings, those of the manager that asks."""
    return _SETTINGS.get(_NOTHING)


def shared_caches() -> tuple[Path, ...]:
    """Package caches that are only read, in order; see `shared`."""
    return _SHARED.get(())


def share(folders: Sequence[str | Path]) -> None:
    """Take shared package caches into use."""
    _SHARED.set(tuple(map(Path, folders)))


def indexes() -> tuple[str, ...]:
    """The configured package index and those of the pip section, with their secrets."""
    return _INDEXES.get(())


def use_indexes(indexes: Sequence[str]) -> None:
    """Take package indexes into use: files on their hosts are fetched with the user that stands in their address."""
    _INDEXES.set(tuple(indexes))


def limits() -> PackageLimits:
    """How large a package may be."""
    return _LIMITS.get(_USUAL)


def use(settings: CondaSettings, limits: PackageLimits) -> None:
    """Take settings into use: proxies and a file of certificates as the variables that rattler and uv both read.

    A worker gets the same settings with each of its requests: variables must not change while threads read them.
    """
    _SETTINGS.set(settings)
    _LIMITS.set(limits)
    for variable, value in variables(settings).items():
        if os.environ.get(variable) != value:
            os.environ[variable] = value


def variables(settings: CondaSettings) -> dict[str, str]:
    """Environment variables for the network."""
    found = {}
    for scheme, variable in _PROXIES.items():
        if address := settings.proxy_servers.get(scheme):
            found[variable] = found[variable.lower()] = address
    if settings.ssl_verify not in ("true", "false", "truststore"):
        found["SSL_CERT_FILE"] = settings.ssl_verify
    return found
