"""What axe-core finds in what the extension shows, in each of JupyterLab's themes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.lab import PROJECT

from .sidebar import THEMES, Sidebar

_AXE = PROJECT / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
_OURS = ("#jupyter-envs-panel", ".jp-Envs-badge", ".jp-Envs-offer", ".Toastify__toast")
_RUN = """async selectors => {
  const found = selectors.filter(selector => document.querySelector(selector));
  const { violations } = await axe.run({ include: found.map(selector => [selector]) });
  return violations.map(({ id, impact, nodes }) => ({
    id, impact, nodes: nodes.map(node => `${node.html} ${node.failureSummary}`)
  }));
}"""


class Inspector:
    """Looks at the panel, the badges, the offers and the notifications of one page, and keeps what it found."""

    def __init__(self, page: Page, sidebar: Sidebar) -> None:
        if not _AXE.is_file():
            pytest.skip("needs `jlpm install` in labextension")
        self.page = page
        self.sidebar = sidebar
        self.found: list[str] = []

    def look(self, what: str) -> None:
        """Inspect what is shown now; ``what`` is what the findings call it."""
        for theme in THEMES:
            self.sidebar.theme(theme)
            self.found += [f"{what}, {theme}: {text}" for text in self._findings()]

    def _findings(self) -> list[str]:
        # a reload takes it away
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(_AXE.read_text())
        results: list[dict[str, Any]] = self.page.evaluate(_RUN, list(_OURS))
        return [f"{result['id']} ({result['impact']}): {node}" for result in results for node in result["nodes"]]
