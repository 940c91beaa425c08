"""One wish, as each kind of file that an environment of PyPI packages alone is made from says it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .pypi_index import tiny_files
from .wheels import PypiFile, make_wheel


@dataclass(frozen=True)
class Wish:
    """One file of an index; with another hash or for some Python, where that is said."""

    file: PypiFile
    index: str
    sha256: str = ""
    python: str = ""

    @property
    def version(self) -> str:
        return self.file.file_name.split("-")[1].removesuffix(".tar.gz")

    @property
    def pin(self) -> str:
        return f"{self.file.name}=={self.version}"

    @property
    def line(self) -> str:
        return f"{self.pin} --hash=sha256:{self.digest}"

    @property
    def digest(self) -> str:
        return self.sha256 or self.file.sha256

    @property
    def url(self) -> str:
        return f"{self.index.removesuffix('/simple')}/files/{self.file.file_name}"


def requirements(wish: Wish) -> str:
    python = f"# python: {wish.python}\n" if wish.python else ""
    return f"{python}--index-url {wish.index}\n{wish.line}\n"


def environment(wish: Wish) -> str:
    python = [f"# python: {wish.python}"] if wish.python else []
    return json.dumps({"dependencies": [{"pip": [*python, f"--index-url {wish.index}", wish.line]}]})


def pipfile(wish: Wish) -> str:
    python = f'[requires]\npython_version = "{wish.python.strip("=.*")}"\n' if wish.python else ""
    source = f'[[source]]\nname = "ours"\nurl = "{wish.index}"\nverify_ssl = true\n'
    return f'{source}[packages]\n{wish.file.name} = "=={wish.version}"\n{python}'


def pipfile_lock(wish: Wish) -> str:
    requires = {"python_version": wish.python.strip("=.*")} if wish.python else {}
    source = {"name": "ours", "url": wish.index, "verify_ssl": True}
    package = {"version": f"=={wish.version}", "hashes": [f"sha256:{wish.digest}"], "index": "ours"}
    meta = {"hash": {"sha256": "0" * 64}, "pipfile-spec": 6, "requires": requires, "sources": [source]}
    return json.dumps({"_meta": meta, "default": {wish.file.name: package}, "develop": {}})


def pyproject(wish: Wish) -> str:
    python = f'requires-python = "{wish.python}"\n' if wish.python else ""
    return f'[project]\nname = "x"\nversion = "1"\n{python}dependencies = ["{wish.pin}"]\n'


def script(wish: Wish) -> str:
    python = f'# requires-python = "{wish.python}"\n' if wish.python else ""
    return f'# /// script\n{python}# dependencies = ["{wish.pin}"]\n# ///\n'


def notebook(wish: Wish) -> str:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": script(wish),
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def foreign_pylock(wish: Wish) -> str:
    python = f'requires-python = "{wish.python}"\n' if wish.python else ""
    file = f'{{ name = "{wish.file.file_name}", url = "{wish.url}", hashes = {{ sha256 = "{wish.digest}" }} }}'
    files = f"wheels = [{file}]" if wish.file.file_name.endswith(".whl") else f"sdist = {file}"
    about = f'[[packages]]\nname = "{wish.file.name}"\nversion = "{wish.version}"\n'
    return f'lock-version = "1.0"\n{python}created-by = "another"\n{about}{files}\n'


# the name of the file, and its text for a wish
KINDS: dict[str, tuple[str, Callable[[Wish], str]]] = {
    "requirements": ("requirements.txt", requirements),
    "environment": ("environment.yml", environment),
    "Pipfile": ("Pipfile", pipfile),
    "Pipfile.lock": ("Pipfile.lock", pipfile_lock),
    "pyproject": ("pyproject.toml", pyproject),
    "script": ("script.py", script),
    "notebook": ("analysis.ipynb", notebook),
    "pylock": ("pylock.toml", foreign_pylock),
}
WITH_HASHES = ("requirements", "environment", "Pipfile.lock", "pylock")
WITH_AN_INDEX = ("requirements", "environment", "Pipfile", "Pipfile.lock")


def enough_files() -> list[PypiFile]:
    """The tiny packages, and an ipykernel that runs no notebook: for environments that are only made."""
    return [*tiny_files(), make_wheel("ipykernel", "7.0")]


def file_of(files: Iterable[PypiFile], name: str, version: str = "1.0") -> PypiFile:
    """One of the files of an index."""
    return next(one for one in files if one.name == name and one.file_name.startswith(f"{name}-{version}"))
