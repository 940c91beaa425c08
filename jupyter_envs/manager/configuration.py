"""conda's settings as the manager uses them: `.condarc` files, over which the configuration of Jupyter Envs wins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Enum, List, Unicode, default
from traitlets.config import LoggingConfigurable

from jupyter_envs import condaconfig
from jupyter_envs.channels import DEFAULT_CHANNELS, CondaSettings
from jupyter_envs.condaconfig import Reading
from jupyter_envs.condarc import KEYS
from jupyter_envs.errors import EnvsError, InvalidFile

FALLBACK = ("conda-forge",)
SET_HERE = (
    "channel_alias",
    "channel_priority",
    "custom_channels",
    "custom_multichannels",
    "pkgs_dirs",
    "proxy_servers",
    "ssl_verify",
)


class CondaConfigurable(LoggingConfigurable):
    """The part of `Manager` that knows where packages come from. Configured as ``Manager.…``."""

    default_channels = List(
        Unicode(),
        help="Channels for requests and environment files that name none; if not set .condarc's, else conda-forge.",
    ).tag(config=True)
    read_condarc = Bool(True, help="Follow conda's own configuration files. What is set here wins over them.").tag(
        config=True
    )
    channel_alias = Unicode("", help="Address before a channel's plain name.").tag(config=True)
    custom_channels = Dict(
        Unicode(), key_trait=Unicode(), help="Addresses by channel name; the name is added to the address."
    ).tag(config=True)
    custom_multichannels = Dict(
        List(Unicode()), key_trait=Unicode(), help="Several channels behind one name, such as “defaults”."
    ).tag(config=True)
    channel_priority = Enum(["", "strict", "flexible", "disabled"], "", help="Empty for .condarc's, else strict.").tag(
        config=True
    )
    pkgs_dirs = List(
        Unicode(), help="Package caches of conda from whose archives packages are taken; nothing is written there."
    ).tag(config=True)
    ssl_verify = Unicode("", help="“true”, “false”, “truststore”, or a file with certificates.").tag(config=True)
    proxy_servers = Dict(
        Unicode(), key_trait=Unicode(), help="Addresses of proxies for “http”, “https” and “all”."
    ).tag(config=True)

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._channels_are_set = self.trait_has_value("default_channels")

    @default("default_channels")
    def _channels_of_conda(self) -> list[str]:
        try:
            return list(self.conda_reading().settings.channels or FALLBACK)
        except EnvsError:
            # told when a job begins, and by the doctor
            return list(FALLBACK)

    def conda_reading(self) -> Reading:
        """The settings in force now, and where they come from. Raises `InvalidFile`, naming file and line."""
        configured: dict[str, Any] = {key: getattr(self, key) for key in SET_HERE if getattr(self, key)}
        if self._channels_are_set:
            configured["channels"] = self.default_channels
        if not self.read_condarc:
            return condaconfig.alone(configured)
        return condaconfig.load(os.environ, Path.home(), configured)

    def conda_settings(self) -> CondaSettings:
        """The settings in force now; the default channels follow them. Raises `InvalidFile`."""
        settings = self.conda_reading().settings
        if not self._channels_are_set:
            self.default_channels = list(settings.channels or FALLBACK)
        return settings

    def conda_envs_dirs(self) -> tuple[Path, ...]:
        """Folders of conda environments; none while a file is not understood."""
        try:
            return tuple(map(Path, self.conda_reading().settings.envs_dirs))
        except EnvsError:
            return ()


def explain(configurable: CondaConfigurable) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """For the doctor: each setting of conda in force with its origin, and what is wrong, as messages with hints."""
    try:
        reading = configurable.conda_reading()
    except InvalidFile as error:
        hint = "Until it is mended nothing is solved, since packages might come from the wrong place."
        return {"condarc": "not understood"}, [(error.message, " ".join((*error.hints, hint)))]
    settings = reading.settings
    in_force = {key: settings.origins.get(key, f"{value_of(settings, key)} (default)") for key in KEYS}
    if "channels" not in settings.origins:
        in_force["channels"] = f"{', '.join(FALLBACK)} (default)"
    facts = {"condarc": ", ".join(reading.files) or "none", **{f"conda {key}": text for key, text in in_force.items()}}
    wrong = [(note, "docs/reference/condarc.md says what is followed.") for note in reading.notes]
    if settings.ssl_verify == "false":
        wrong.append(("Servers are not verified (ssl_verify: false).", "Name a file with certificates instead."))
    return facts, wrong


def value_of(settings: CondaSettings, key: str) -> str:
    """A default, for people."""
    value = getattr(settings, key)
    if key == "default_channels":
        value = value or DEFAULT_CHANNELS
    return value if value and isinstance(value, str) else ", ".join(value) or "none"
