"""For the doctor: which virtual packages solves take for granted, here and for other machines, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jupyter_envs import virtual
from jupyter_envs.condaconfig import ADMIN
from jupyter_envs.virtual import System, Virtual

SETTINGS = {"__cuda": "Manager.cuda", "__glibc": "Manager.glibc", "__osx": "Manager.macos"}
ASKED_ABOUT = "__cuda"
# one platform of each system; what is taken for granted of the others of a system is the same
OTHERS = {"linux": "linux-64", "osx": "osx-64", "win": "win-64"}


def in_words(detected: Iterable[Virtual], platform: str, system: System, environ: Mapping[str, str]) -> dict[str, str]:
    """Facts by name; ``detected`` is what the engine sees of this machine under the variables in ``environ``."""
    here = {one[0]: _version(one) for one in detected}
    said = system.overrides(platform)
    names = dict.fromkeys((*here, ASKED_ABOUT, *said))
    facts = {f"virtual {name}": _here(name, here.get(name, "none"), said, environ) for name in names}
    elsewhere = ", ".join(dict.fromkeys(word for other in OTHERS.values() for word in _elsewhere(other, system)))
    return {**facts, "virtual, other machines": elsewhere}


def _here(name: str, found: str, said: Mapping[str, str], environ: Mapping[str, str]) -> str:
    if name in said:
        return f"{said[name]} ({ADMIN}, {SETTINGS[name]})"
    variable = virtual.VARIABLES.get(name, "")
    return f"{found} ({variable})" if variable in environ else f"{found} (found here)"


def _elsewhere(platform: str, system: System) -> Iterator[str]:
    said = system.overrides(platform)
    packages = {one[0]: one[1] for one in virtual.of_platform(platform, system)}
    for name in ("__linux", "__glibc", "__osx", ASKED_ABOUT):
        if name in packages or name == ASKED_ABOUT:
            origin = f"{ADMIN}, {SETTINGS[name]}" if name in said else "default"
            yield f"{name} {packages.get(name, 'none')} ({origin})"


def _version(package: Virtual) -> str:
    """A version; of the processor its name, which is the build."""
    name, version, build = package
    return build if name == "__archspec" else version
