"""Pictures for the documentation: where each goes, and what of this machine is not seen in it."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

_HIDE = r"""places => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  window.hiddenForPicture = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const shown = places
      .reduce((text, [here, there]) => text.replaceAll(here, there), node.data)
      .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'https://conda.example.org');
    if (shown !== node.data) {
      window.hiddenForPicture.push([node, node.data]);
      node.data = shown;
    }
  }
}"""
_SHOW = "() => window.hiddenForPicture.forEach(([node, text]) => { node.data = text; })"


class Album:
    """The pictures that the tests take. What a page of the documentation shows goes beside it, the rest is not kept."""

    def __init__(self, project: Path) -> None:
        self._shown = shown(project)
        self._kept, self._other = project / "docs" / "screenshots", project / "test-results" / "screenshots"
        # paths of this machine, and what stands for them
        self._places = {sys.base_prefix: "/usr", str(Path.home()): "/home/ada", str(project): "/home/ada/project"}
        self._temporary = tempfile.gettempdir()

    def place(self, name: str) -> Path:
        """Where a picture goes; its folder is there."""
        folder = self._kept if name in self._shown else self._other
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    @contextmanager
    def without_places(self, page: Page) -> Iterator[None]:
        """Show no path and no server of this machine meanwhile; a folder for temporary files in sight is refused."""
        page.evaluate(_HIDE, sorted(self._places.items(), reverse=True))
        text = page.locator("#jupyter-envs-panel").inner_text()
        assert f"{self._temporary}/" not in text, f"a path of this machine would be in a picture: {text}"
        yield
        page.evaluate(_SHOW)


def shown(project: Path) -> set[str]:
    """The file names of the pictures that pages show."""
    pages = [project / "README.md", *(project / "docs").rglob("*.md")]
    return {name for page in pages for name in re.findall(r'screenshots/([\w-]+\.png)"', page.read_text())}
