"""An environment file as other programs see it."""

from __future__ import annotations

import re
from typing import Any

from .. import matchspec
from ..models import Spec
from . import selectors


def to_json(spec: Spec) -> dict[str, Any]:
    """What conda 26.9 understands of the file, for ``jupyter envs parse --json``.

    ``conda`` holds match specs in conda's canonical form, with ``pip`` added where only a pip section asks for it.
    What conda ignores but we do not stands in ``selected``: platform selector → match specs.
    """
    plain, selected = _by_selector(spec.conda)
    pip = [selectors.split(line)[0] for line in spec.pip]
    names = {matchspec.parse(text).name for text in plain}
    return {
        "name": spec.name,
        "channels": list(spec.channels),
        "conda": [*map(matchspec.canonical, plain), *(["pip"] if pip and "pip" not in names else [])],
        "pip": [re.sub(r"\s#.*\Z", "", line).strip() for line in pip],
        "variables": dict(spec.variables),
        "platforms": list(spec.platforms),
        "selected": selected,
    }


def _by_selector(specs: tuple[str, ...]) -> tuple[list[str], dict[str, list[str]]]:
    plain: list[str] = []
    selected: dict[str, list[str]] = {}
    for spec in specs:
        text, selector, keyed = selectors.split(spec)
        if keyed and selector:
            selected.setdefault(selector, []).append(matchspec.canonical(text))
        else:
            plain.append(text)
    return plain, selected
