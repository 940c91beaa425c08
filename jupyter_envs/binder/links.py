"""Launch links, badges, and links that put one repository's content into another one's environment (nbgitpuller)."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from urllib.parse import quote, urlsplit

from ..errors import InvalidInput
from ..redact import clean_url, show
from .providers import Repository

DEFAULT_HUB = "https://mybinder.org"
LABEL = "Open on Binder"


@dataclass(frozen=True)
class Link:
    """A link: the hub, what it builds (``<provider>/<spec>``), and what it opens."""

    hub: str
    spec: str
    urlpath: str = ""

    @property
    def url(self) -> str:
        """The address for a browser."""
        query = f"?urlpath={quote(self.urlpath, safe='')}" if self.urlpath else ""
        return f"{self.hub}/v2/{self.spec}{query}"

    @property
    def build_url(self) -> str:
        """The address of the build's events."""
        return f"{self.hub}/build/{self.spec}"


@dataclass(frozen=True)
class Badge:
    """A badge as text for a README."""

    markdown: str
    rst: str
    html: str

    def to_json(self) -> dict[str, str]:
        """By format."""
        return asdict(self)


def check_hub(hub: str) -> str:
    """A hub's address without a slash at its end; it may have a path. Raises `InvalidInput`."""
    try:
        parts = urlsplit(hub.strip())
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    plain = good and not (parts.query or parts.fragment or "@" in parts.netloc)
    odd = any(not mark.isprintable() or mark.isspace() or mark in "\"'<>\\`()" for mark in hub.strip())
    if not plain or odd:
        raise InvalidInput(
            f"“{show(clean_url(hub)[0])}” is no address of a BinderHub.",
            hints=(f"For example {DEFAULT_HUB}.",),
            key="hub",
        )
    return hub.strip().rstrip("/")


def launch_link(repository: Repository, notebook: str = "", *, hub: str = DEFAULT_HUB) -> Link:
    """The link that opens a notebook (a path in the repository) in JupyterLab, or the repository's top."""
    return Link(check_hub(hub), repository.spec, lab_path(notebook))


def puller_link(
    environment: Repository, content: Repository, notebook: str = "", branch: str = "", *, hub: str = DEFAULT_HUB
) -> Link:
    """Builds ``environment``, then pulls ``content`` into it: the content changes without a new image.

    ``content`` is a git repository; ``branch`` is what is pulled, its default branch if empty.
    """
    query = {"repo": _clone_address(content), "urlpath": lab_path(f"{content.folder}/{notebook}"), "branch": branch}
    pairs = "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items() if value)
    return Link(check_hub(hub), environment.spec, f"git-pull?{pairs}")


def lab_path(notebook: str) -> str:
    """JupyterLab's own address of a file, each part of the path quoted."""
    return "lab/tree/" + "/".join(quote(part, safe="") for part in notebook.split("/")) if notebook else "lab"


def badge(link: Link) -> Badge:
    """The badge of a link, in three formats."""
    image, url = f"{link.hub}/badge_logo.svg", link.url
    return Badge(
        markdown=f"[![{LABEL}]({image})]({url})",
        rst=f".. image:: {image}\n   :target: {url}\n   :alt: {LABEL}",
        html=f'<a href="{html.escape(url)}"><img src="{html.escape(image)}" alt="{LABEL}"></a>',
    )


def _clone_address(repository: Repository) -> str:
    bases = {"gh": "https://github.com/", "gl": "https://gitlab.com/", "gist": "https://gist.github.com/", "git": ""}
    if repository.provider not in bases:
        raise InvalidInput("Only a git repository can be pulled into an environment.", key="repository")
    return bases[repository.provider] + repository.name
