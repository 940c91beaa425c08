"""The notebooks' world on a Jupyter server: texts below the contents root, through the server's ContentsManager.

Notebooks are read and written as text, so that nothing of them changes but what the caller changed. A notebook that
was trusted stays trusted: its new text is signed, as Jupyter does when it saves.
"""

from __future__ import annotations

import base64
import errno
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from jupyter_envs.errors import DiskTrouble, EnvsError, Forbidden, InvalidFile, NotFound

# "C:/", "C:\\", "//host", "/"
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]")

Permission = Callable[[str], Awaitable[bool]]


class ContentsDocuments:
    """Implements `jupyter_envs.manager.Documents` and `Places`.

    Parameters
    ----------
    contents: the server's ContentsManager (untyped); its methods may be coroutines or not.
    permitted: whether the user may ``"read"`` or ``"write"`` contents.
    limit: bytes; a larger file is not read.
    """

    def __init__(self, contents: Any, permitted: Permission, limit: int) -> None:
        self._contents = contents
        self._permitted = permitted
        self._limit = limit

    async def read(self, path: str) -> str | None:
        """The file's text, or None if there is none.

        Raises `Forbidden` for a path outside the root or a user who may not read, `InvalidFile` for what is not a text.
        """
        await self._allow("read", path)
        with _problems(path):
            if await self._hidden(path) or not await self._ask("file_exists", path):
                return None
            size = (await self._ask("get", path, content=False, type="file")).get("size")
            if size is not None and size > self._limit:
                raise InvalidFile(f"{path} is larger than {self._limit} bytes.", path=path)
            return _text(await self._ask("get", path, content=True, type="file"), path)

    async def exists(self, path: str) -> bool:
        """Whether there is a file that may be read. Raises `Forbidden` as `read` does."""
        await self._allow("read", path)
        with _problems(path):
            return not await self._hidden(path) and bool(await self._ask("file_exists", path))

    async def write(self, path: str, text: str) -> None:
        """Write the file; its folder must be there.

        Raises `Forbidden` for a path outside the root, a hidden one or a user who may not write, `InvalidFile` for what
        is there and is no file, `NotFound` if there is no such folder, `DiskTrouble` if the disk refuses.
        """
        await self._allow("write", path)
        with _problems(path):
            await self._check_place(path)
            trusted = await self._trusted(path)
            await self._ask("save", {"type": "file", "format": "text", "content": text}, path)
        if trusted:
            self._contents.notary.sign(_notebook(text))

    def place(self, path: str) -> Path | None:
        """Where a path is on the disk, links resolved; None for a contents manager that has no folder on this disk.

        Raises `Forbidden` for a path outside the root. What may be read and written there, `read` and `write` say.
        """
        self._keep_inside(path)
        root = getattr(self._contents, "root_dir", "")
        return (Path(root).resolve() / path).resolve() if root and Path(root).is_dir() else None

    async def make_folder(self, path: str) -> None:
        """Make a folder if it is not there; its parent must be. Raises as `write` does."""
        await self._allow("write", path)
        with _problems(path):
            if await self._ask("dir_exists", path):
                return
            await self._check_place(path)
            await self._ask("save", {"type": "directory"}, path)

    async def _ask(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Call the contents manager, whose methods may be coroutines or not."""
        return await ensure_async(getattr(self._contents, method)(*arguments, **options))

    async def _check_place(self, path: str) -> None:
        if await self._hidden(path):
            raise Forbidden(f"{path} is hidden, and hidden files are not written.", path=path)
        if not await self._ask("dir_exists", path.rpartition("/")[0]):
            raise NotFound(f"The folder of {path} is not there.", path=path)
        if await self._ask("exists", path) and not await self._ask("file_exists", path):
            # a folder; or a pipe, on which opening it would wait for ever
            raise InvalidFile(f"{path} is not a file.", path=path)

    async def _allow(self, action: str, path: str) -> None:
        if not await self._permitted(action):
            raise Forbidden(f"You may not {action} files on this server.", path=path)
        self._keep_inside(path)

    def _keep_inside(self, path: str) -> None:
        if _ABSOLUTE.match(path) or "\0" in path or ".." in re.split(r"[/\\]", path) or self._leaves_root(path):
            raise Forbidden("The path leads out of the server's root folder.", path=path)

    def _leaves_root(self, path: str) -> bool:
        """Whether a link leads out of the root; only a manager that has a folder on this disk can be asked.

        Jupyter itself follows such links. Here a stranger's notebook chooses the paths, so a link that came with it
        must not decide what is read or overwritten.
        """
        root = getattr(self._contents, "root_dir", "")
        if not root or not Path(root).is_dir():
            return False
        real = Path(root).resolve()
        try:
            return not (real / path).resolve().is_relative_to(real)
        except (OSError, RuntimeError):
            # a loop of links
            return True

    async def _hidden(self, path: str) -> bool:
        return not self._contents.allow_hidden and bool(await self._ask("is_hidden", path))

    async def _trusted(self, path: str) -> bool:
        """Whether it is a notebook whose present text the user trusts."""
        if not path.endswith(".ipynb"):
            return False
        text = await self.read(path)
        try:
            return text is not None and bool(self._contents.notary.check_signature(_notebook(text)))
        except Exception:
            # what nbformat cannot read was never signed
            return False


def _notebook(text: str) -> Any:
    # the version in which Jupyter signs notebooks
    return nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]


def _text(model: dict[str, Any], path: str) -> str:
    """The content as text; UTF-16 with a byte order mark, as some editors write it, is understood."""
    content = str(model["content"])
    if model["format"] == "text":
        return content
    data = base64.b64decode(content)
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
    except UnicodeError:
        pass
    raise InvalidFile(f"{path} is not a text.", path=path)


@contextmanager
def _problems(path: str) -> Iterator[None]:
    """Errors of Jupyter and of the disk become ours. Their own texts are not told, as they hold absolute paths."""
    try:
        yield
    except HTTPError as error:
        kinds: dict[int, EnvsError] = {
            400: InvalidFile(f"{path} cannot be read or written as a text.", path=path),
            403: Forbidden(f"The server may not read or write {path}.", path=path),
            404: NotFound(f"{path} is not there.", path=path),
        }
        trouble = DiskTrouble(f"{path} could not be read or written.", path=path)
        raise kinds.get(error.status_code, trouble) from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise NotFound(f"{path[:60]}… is not there: no name is so long.") from error
        raise DiskTrouble(f"{path} could not be read or written: {error.strerror}.", path=path) from error
