"""What a file asks for without the secrets in its addresses: what is written for others, and what is compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..models import Spec
from ..redact import clean_text


def asks_same(one: Spec, other: Spec) -> bool:
    """Whether two wishes decide a solve alike; a secret in an address does not count, which no file of ours has."""
    return without_secrets(one).content_hash() == without_secrets(other).content_hash()


def without_secrets(spec: Spec, there: Spec | None = None) -> Spec:
    """``spec`` with clean addresses; what stands ``there`` already, in the user's own file, is kept as it stands."""
    known = {*there.channels, *there.conda, *there.pip, *there.variables.values()} if there else set[str]()

    def clean(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(text if text in known else clean_text(text) for text in texts)

    return replace(
        spec,
        channels=clean(spec.channels),
        conda=clean(spec.conda),
        pip=clean(spec.pip),
        variables=dict(zip(spec.variables, clean(spec.variables.values()), strict=True)),
    )
