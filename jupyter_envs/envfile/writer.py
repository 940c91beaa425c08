"""Write a `Spec` as the portable environment file that people edit and every other tool reads."""

from __future__ import annotations

from collections.abc import Iterable

from .. import piplines
from ..models import Spec
from ..yaml_text import scalar
from . import selectors


def write(spec: Spec) -> str:
    """YAML text in the order of CEP 24, in the user's own order below that; reading it gives ``spec`` again.

    There is no ``prefix:``, and nothing depends on this machine. Addresses are written as they are: take secrets out
    first where the file leaves the machine (`exports.portable` does).
    """
    lines = [f"name: {scalar(spec.name)}"] if spec.name is not None else []
    lines += _block("channels", spec.channels)
    lines += _block("platforms", spec.platforms)
    lines += _dependencies(spec)
    if spec.variables:
        lines += ["variables:", *(f"  {scalar(name)}: {scalar(value)}" for name, value in spec.variables.items())]
    return "\n".join(lines) + "\n"


def _block(key: str, values: Iterable[str]) -> list[str]:
    items = [f"  - {scalar(value)}" for value in values]
    return [f"{key}:", *items] if items else []


def _dependencies(spec: Spec) -> list[str]:
    if not spec.conda and not spec.pip and not spec.python:
        return ["dependencies: []"]
    lines = ["dependencies:", *(f"  - {_item(text)}" for text in spec.conda)]
    pip = piplines.with_python(spec.pip, spec.python)
    return lines + (["  - pip:", *(f"      - {_item(text)}" for text in pip)] if pip else [])


def _item(text: str) -> str:
    body, selector, keyed = selectors.split(text)
    if selector is None:
        return scalar(text)
    return f"sel({selector}): {scalar(body)}" if keyed else f"{scalar(body)}  # [{selector}]"
