"""An environment as one archive that works on another machine of the same platform, without a network."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.errors import Conflict, FileExists, InvalidInput
from jupyter_envs.files import disk, fsync_folder
from jupyter_envs.flocks import try_flock
from jupyter_envs.manager import additions
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Environment, Reporter, packages_digest
from jupyter_envs.pin import differences
from jupyter_envs.wording import counted

ENDINGS = (".tar.gz", ".tgz", ".tar")


@dataclass(frozen=True)
class Packed:
    """What was written, and what is in it; ``digest`` is that of the packages, as a lock has it."""

    name: str
    file: str
    size: int
    platform: str
    packages: int
    digest: str
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The command line's JSON."""
        return asdict(self)


async def pack(shop: Workshop, name: str, output: Path, reporter: Reporter, *, force: bool = False) -> Packed:
    """Write the archive ``output``, whole or not at all; nobody changes the environment meanwhile.

    Raises `InvalidInput` for a name that is no archive's, `FileExists` unless forced, `Conflict` for an environment of
    PyPI packages alone and for what cannot be moved, `EnvironmentBusy`, and what the engine raises.
    """
    check_output(output, force)
    require_movable(shop.store.get(name))
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name), workplace(output) as folder:
            await additions.recover(shop, name, session, reporter)
            installed = await shop.installed(name)
            part = folder / output.name
            said = await session.pack(shop.store.prefix(name, shop.store.get(name).current), part)
            notes = (*drift(shop, name, installed), *variables(shop, name), *said)
            size = publish(part, output, force)
    return Packed(name, str(output), size, shop.platform, len(installed), packages_digest(installed), notes)


def check_output(output: Path, force: bool) -> None:
    """Raise `InvalidInput`, `FileExists` before any work is done."""
    if not output.name.endswith(ENDINGS) or output.name.startswith("."):
        raise InvalidInput(
            f"{output.name} is no name for the archive.",
            hints=(f"End it with {', '.join(ENDINGS)}.",),
            path=str(output),
        )
    if output.is_dir() or (os.path.lexists(output) and not force):
        raise taken(output)


def taken(output: Path) -> FileExists:
    """The error for a file that is there."""
    hints = ("Choose another name with --output, or say --force to replace it.",)
    return FileExists(f"{output} is there already.", hints=hints, path=str(output))


def require_movable(environment: Environment) -> None:
    """Raise `Conflict` for a virtual environment: its Python is this machine's, at this machine's place."""
    if environment.generation.engine == "pypi":
        raise Conflict(
            f"{environment.name} stands on a Python of this machine, and cannot be packed: it would not run elsewhere.",
            hints=(
                f"“jupyter envs export {environment.name} --format pylock” writes its lock; make it there from that.",
                "Or make it with python from a channel: then its Python is packed, too.",
            ),
            name=environment.name,
        )


def drift(shop: Workshop, name: str, installed: list[Any]) -> Iterator[str]:
    """What is packed is what is there; say so where the lock says something else."""
    if changed := differences(shop.locked(name), installed):
        verb = "is" if len(changed) == 1 else "are"
        yield f"{counted(len(changed), 'package')} {verb} not as the lock says; what is installed was packed."


def variables(shop: Workshop, name: str) -> Iterator[str]:
    """The environment's own variables are its kernel's, and not in its folder."""
    if names := sorted(shop.store.spec(name, shop.store.get(name).current).variables):
        yield f"The variables {', '.join(names)} belong to the kernel here: they are not in the archive."


@contextmanager
def workplace(output: Path) -> Iterator[Path]:
    """A hidden folder beside the archive, gone afterwards; with it, what a process that was killed left."""
    with disk("Packing", output.parent):
        folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
        held = os.open(folder, os.O_RDONLY)
    try:
        try_flock(held)
        for left in set(output.parent.glob(f".{output.name}.*")) - {folder}:
            clear(left)
        yield folder
    finally:
        os.close(held)
        shutil.rmtree(folder, ignore_errors=True)


def clear(left: Path) -> None:
    """Remove another's workplace if nobody holds it."""
    try:
        held = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        if try_flock(held):
            shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(held)


def publish(part: Path, output: Path, force: bool) -> int:
    """Give the archive its name in one step, once all of it is on the disk, and return its size.

    Raises `FileExists`, `DiskTrouble`.
    """
    with disk("Writing the archive", output.parent):
        with part.open("rb") as file:
            os.fsync(file.fileno())
        # temporary files are the user's alone; this one has the rights of any file that the user makes
        usual = part.with_name("usual")
        usual.touch()
        part.chmod(usual.stat().st_mode)
        size = part.stat().st_size
        if force:
            part.replace(output)
        else:
            link(part, output)
        fsync_folder(output.parent)
    return size


def link(part: Path, output: Path) -> None:
    """Another name for a file, unless the name is taken; where there are no hard links, by renaming it."""
    try:
        output.hardlink_to(part)
    except FileExistsError as error:
        raise taken(output) from error
    except OSError:
        if os.path.lexists(output):
            raise taken(output) from None
        part.replace(output)
