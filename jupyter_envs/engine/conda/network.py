"""rattler's client for the network, under the settings of the request."""

from __future__ import annotations

from rattler import Channel, Client, Config

from jupyter_envs.channels import CondaSettings
from jupyter_envs.engine import current
from jupyter_envs.engine.conda.failures import mapped


def client() -> Client:
    """A client that verifies servers, or not, as it is configured; its proxies come from the environment.

    Raises `InvalidFile` for a file of rattler's logins that is not understood.
    """
    with mapped("Reading the credentials for channels"):
        return Client.from_config(Config.from_toml(configuration(current.settings())))


def configuration(settings: CondaSettings) -> str:
    """rattler's own form of the settings. A file of certificates is read with those of the system."""
    if settings.ssl_verify == "false":
        return "tls-no-verify = true\n"
    return "" if settings.ssl_verify == "true" else 'tls-root-certs = "system"\n'


def own_alias() -> str:
    """What rattler puts before a channel's plain name."""
    name = "name"
    return Channel(name).base_url.rstrip("/").removesuffix(name)
