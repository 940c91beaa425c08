"""What can be told apart on a page: the pixels of a screenshot, as the browser that drew them reads them."""

from __future__ import annotations

import base64
from typing import Any

from playwright.sync_api import Locator, Page

_READ = """async ([one, other]) => {
  const pixels = async text => {
    const image = new Image();
    image.src = `data:image/png;base64,${text}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height).data;
  };
  const linear = value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = (data, at) => 0.2126 * linear(data[at] / 255) + 0.7152 * linear(data[at + 1] / 255)
    + 0.0722 * linear(data[at + 2] / 255);
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const first = await pixels(one);
  const second = other === null ? first : await pixels(other);
  const ground = light(first, 0);
  let count = 0;
  for (let at = 0; at < first.length; at += 4) {
    const before = other === null ? ground : light(first, at);
    count += contrast(before, light(second, at)) >= 3 ? 1 : 0;
  }
  return count;
}"""


def seen(locator: Locator) -> int:
    """How many pixels of an element stand out from its surroundings: at least 3 to 1, as WCAG 2.2 (1.4.11) asks."""
    return int(locator.page.evaluate(_READ, [picture(locator), None]))


def changed(page: Page, before: str, after: str) -> int:
    """How many pixels differ so much between two pictures of the same place."""
    return int(page.evaluate(_READ, [before, after]))


def picture(locator: Locator, margin: int = 4) -> str:
    """An element and a little around it."""
    box: Any = locator.bounding_box()
    place = {
        "x": box["x"] - margin,
        "y": box["y"] - margin,
        "width": box["width"] + 2 * margin,
        "height": box["height"] + 2 * margin,
    }
    shot = locator.page.screenshot(clip=place, animations="disabled")  # type: ignore[arg-type]
    return base64.b64encode(shot).decode()
