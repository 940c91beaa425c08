"""The built front end: how much a browser has to fetch, and when."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[1] / "jupyter_envs" / "labextension" / "static"
LIMIT = 120_000


def compressed(pattern: str) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in STATIC.glob(pattern))


@pytest.fixture(autouse=True)
def built() -> None:
    """Needs the front end as `jlpm build` or `jlpm build:prod` makes it."""
    if not STATIC.is_dir():
        pytest.skip("needs `jlpm build` in labextension")


def test_all_of_it_is_small() -> None:
    assert 0 < compressed("*.js") <= LIMIT


def test_the_panel_is_fetched_when_it_is_shown() -> None:
    # the style names the same classes, each with a dot before it
    texts = [path.read_text("utf-8") for path in STATIC.glob("*.js")]
    (panel,) = (text for text in texts if "jp-Envs-options" in text and ".jp-Envs-options" not in text)
    assert "The environments sidebar." not in panel, "the plugins are in a chunk of their own"
