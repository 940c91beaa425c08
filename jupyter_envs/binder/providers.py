"""Where a repository is, as BinderHub names it: ``<provider>/<spec>`` (binderhub.readthedocs.io, "API").

Every part is checked and quoted, so that an address is of the provider that was meant or is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from ..errors import InvalidInput
from ..redact import clean_url, show

# what each of BinderHub's providers is called, and whether it needs a ref
PROVIDERS = {
    "gh": "GitHub",
    "gist": "GitHub Gist",
    "gl": "GitLab",
    "git": "a git repository",
    "zenodo": "Zenodo",
    "figshare": "Figshare",
    "hydroshare": "HydroShare",
    "dataverse": "Dataverse",
    "ckan": "CKAN",
}
WITH_REF = ("gh", "gist", "gl", "git")

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}\Z")
_GROUPS = re.compile(r"[A-Za-z0-9._-]{1,100}(?:/[A-Za-z0-9._-]{1,100}){1,20}\Z")
_GIST = re.compile(r"[A-Za-z0-9-]{1,100}/[0-9a-f]{20,40}\Z")
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[A-Za-z0-9._;()/:-]{1,200}\Z")
_HYDROSHARE = re.compile(r"[0-9a-f]{32}\Z")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::[0-9]{1,5})?\Z")
_PATH = re.compile(r"/[^\s\x00-\x1f\x7f\\?#]{1,1000}\Z")
_SHA = re.compile(r"[0-9a-f]{40}\Z")
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,200}\Z")
_SCP = re.compile(r"(?:[A-Za-z0-9._-]+@)?([A-Za-z0-9.-]+):(?!//)/?(.+)\Z")

_DOI_OF = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)(.+)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Repository:
    """A repository of one of `PROVIDERS`: its name there, and a ref for those that have one.

    ``name`` is ``owner/repo``, a gist's ``user/id``, a DOI, an id or an address, without any quoting.
    """

    provider: str
    name: str
    ref: str = ""

    def __post_init__(self) -> None:
        if self.provider not in PROVIDERS or not _is_name(self.provider, self.name):
            raise InvalidInput(
                f"“{show(clean_url(self.name)[0])}” is no repository of {PROVIDERS.get(self.provider, 'Binder')}.",
                hints=("For example gh:owner/repo, gl:group/repo, zenodo:10.5281/zenodo.3242074.",),
                key="repository",
            )
        if self.ref and not is_ref(self.ref):
            raise InvalidInput(
                f"“{show(self.ref)}” is no ref that can stand in a link.", hints=("Use the full commit.",), key="ref"
            )

    def at(self, ref: str) -> Repository:
        """The same at another ref, if its provider has refs."""
        return replace(self, ref=ref if self.provider in WITH_REF else "")

    @property
    def spec(self) -> str:
        """``<provider>/<spec>``. Raises `InvalidInput` where a ref is needed and there is none."""
        if self.provider in ("gh", "gl", "git") and not self.ref:
            raise InvalidInput("A link needs the commit that it opens.", key="ref")
        name = quote(self.name, safe="" if self.provider in ("gl", "git", "ckan") else "/")
        # BinderHub unquotes a ref of gl and git, and takes those of gh as they are
        ref = quote(self.ref, safe="" if self.provider in ("gl", "git") else "/+")
        return f"{self.provider}/{name}" + (f"/{ref}" if ref else "")

    @property
    def folder(self) -> str:
        """The folder that a clone makes."""
        return self.name.rstrip("/").rpartition("/")[2].removesuffix(".git")


def is_ref(ref: str) -> bool:
    """Whether it is a commit, or a branch or tag whose name means nothing else anywhere."""
    parts = ref.split("/")
    odd = ".." in ref or ref.endswith((".", "/")) or any(not part or part.startswith(".") for part in parts)
    return bool(_SHA.match(ref) or (_REF.match(ref) and not odd and not any(one.endswith(".lock") for one in parts)))


def is_commit(ref: str) -> bool:
    """Whether it is a full SHA-1."""
    return bool(_SHA.match(ref))


def from_remote(url: str) -> Repository | None:
    """The repository of a git remote; None for one that Binder cannot know (a folder, an odd address).

    User names and passwords are taken out; addresses for SSH become those that anybody reads. With what looks like a
    token in its path (``/t/TOKEN/``) an address is none: without it, it might be another repository's.
    """
    found = _host_and_path(url.strip())
    if found is None:
        return None
    host, path = found
    short = path.strip("/").removesuffix(".git")
    try:
        if host in ("github.com", "www.github.com", "ssh.github.com"):
            return Repository("gh", short)
        if host == "gist.github.com":
            return Repository("gist", short)
        if host in ("gitlab.com", "www.gitlab.com", "altssh.gitlab.com"):
            return Repository("gl", short)
        address = f"https://{host}{path}"
        return None if clean_url(address)[1] else Repository("git", address)
    except InvalidInput:
        return None


def parse_repository(text: str) -> Repository:
    """``provider:name``, a DOI or an address, as somebody typed it. Raises `InvalidInput`."""
    text = text.strip()
    provider, colon, name = text.partition(":")
    if colon and provider in PROVIDERS:
        return Repository(provider, _DOI_OF.sub(r"\1", name) if _DOI_OF.match(name) else name)
    if match := _DOI_OF.match(text):
        text = match[1]
    if _DOI.match(text):
        return Repository(_provider_of_doi(text), text)
    if resource := re.match(r"https?://(?:www\.)?hydroshare\.org/resource/([0-9a-f]{32})/?\Z", text):
        return Repository("hydroshare", resource[1])
    if re.match(r"https://[^/]+/(?:[^?#]*/)?dataset/", text):
        return Repository("ckan", clean_url(text)[0])
    repository = from_remote(text)
    if repository is None:
        raise InvalidInput(
            f"“{show(clean_url(text)[0])}” is no repository that Binder opens.",
            hints=("For example gh:owner/repo, https://gitlab.com/group/repo, or a DOI of Zenodo.",),
            key="repository",
        )
    return repository


def _provider_of_doi(doi: str) -> str:
    lower = doi.lower()
    if "zenodo" in lower:
        return "zenodo"
    return "figshare" if "figshare" in lower else "dataverse"


def _is_name(provider: str, name: str) -> bool:
    """Whether a name looks like one of its provider's, and leads nowhere else."""
    if any(part in (".", "..") for part in name.split("/")):
        return False
    if provider in ("git", "ckan"):
        return _is_address(name)
    if provider == "gh":
        owner, slash, repo = name.partition("/")
        return bool(slash and _NAME.match(owner) and _NAME.match(repo))
    pattern = {"gist": _GIST, "gl": _GROUPS, "hydroshare": _HYDROSHARE}.get(provider, _DOI)
    return bool(pattern.match(name))


def _is_address(address: str) -> bool:
    """An https (or http) address without user, password, query and fragment."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return bool(scheme in ("https", "http") and _HOST.match(host) and _PATH.match(slash + path))


def _host_and_path(url: str) -> tuple[str, str] | None:
    """The host (with a port, if it is an https one) and the path of a remote's address."""
    if "://" not in url:
        scp = _SCP.match(url)
        found = (scp[1].lower(), f"/{scp[2]}") if scp and "." in scp[1] else None
    else:
        found = _of_url(url)
    return found if found and _HOST.match(found[0]) and _PATH.match(found[1]) else None


def _of_url(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("https", "http", "ssh", "git", "git+ssh", "git+https") or not host:
        return None
    keep = port if parts.scheme == "https" and port not in (None, 443) else None
    return (f"{host}:{keep}" if keep else host), parts.path
