"""The parent's side of the engine: workers started, asked, and ended with everything that they started.

The parent never imports rattler. It believes a worker's answer only as far as it can read it back from the disk;
that reading is `store`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.engine.background import Background
from jupyter_envs.engine.messages import LINE_LIMIT, encode, packages_from_json, packages_to_json
from jupyter_envs.errors import EngineFailed, error_from_json
from jupyter_envs.files import disk
from jupyter_envs.models import Package, Progress, Reporter
from jupyter_envs.redact import redact
from jupyter_envs.uninterrupted import to_the_end
from jupyter_envs.virtual import THIS_SYSTEM, System

# All that a worker sees of the server's environment variables: none of them is a secret of the server.
ALLOWED = frozenset(
    {
        "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER", "XDG_CACHE_HOME",
        "ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "all_proxy", "http_proxy", "https_proxy", "no_proxy",
        "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE",
        "CONDA_OVERRIDE_ARCHSPEC", "CONDA_OVERRIDE_CUDA", "CONDA_OVERRIDE_GLIBC", "CONDA_OVERRIDE_OSX",
        "RATTLER_AUTH_FILE",
    }
)  # fmt: skip

SECONDS_TO_DIE = 5.0
# Isolated from PYTHON* variables and the user's site, but with the parent's own import path.
START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from jupyter_envs.engine.worker import main; main()"


def allowed_environment() -> dict[str, str]:
    """The server's environment variables that a process of the engine may see."""
    return {key: value for key, value in os.environ.items() if key in ALLOWED}


@dataclass(frozen=True)
class Solution:
    """What a solve found; ``lacks_kernel`` says that there is a Python in it which no notebook could use.

    With a date: ``undated`` packages state no time, ``newer`` ones are there because the user named their version.
    """

    packages: tuple[Package, ...]
    lacks_kernel: bool
    undated: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wheels:
    """What a pip section resolved to; ``newer`` names those that are newer than the date, since the user named them."""

    packages: tuple[Package, ...] = ()
    newer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pending:
    """What is still to be fetched, and the activation scripts of packages that are in the cache already."""

    missing: tuple[Package, ...]
    scripts: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class PipRules:
    """The package index for pip sections, None for uv's default; and whether source archives may be built."""

    index: str | None = None
    builds: bool = False


class Worker:
    """One worker process. Made by `Engine`, used for one job, then ended."""

    def __init__(self, process: asyncio.subprocess.Process, scratch: tempfile.TemporaryDirectory[str]) -> None:
        self._process = process
        self._scratch = scratch

    @property
    def pid(self) -> int:
        """The worker's process id, which is also its group's."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended by itself, as far as is known."""
        return self._process.returncode is None

    @classmethod
    async def start(cls) -> Worker:
        """Start a process of its own group, in a private folder, with the allowed environment variables."""
        scratch = tempfile.TemporaryDirectory(prefix="jupyter-envs-", ignore_cleanup_errors=True)
        env = allowed_environment()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-c",
            START,
            json.dumps([path for path in sys.path if path]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=env,
            cwd=scratch.name,
            start_new_session=True,
            limit=LINE_LIMIT,
        )
        # a panic must not leave a core dump in somebody's folder
        resource.prlimit(process.pid, resource.RLIMIT_CORE, (0, 0))
        return cls(process, scratch)

    async def ask(self, op: str, args: Mapping[str, Any], reporter: Reporter) -> Any:
        """Send one request and wait for its result.

        Raises the `EnvsError` that the worker sent, or `EngineFailed` when it died without an answer.
        """
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(encode({"op": op, "args": dict(args)}))
            await self._process.stdin.drain()
        errors = asyncio.create_task(self._forward_errors(reporter))
        try:
            return await self._read_result(reporter)
        finally:
            errors.cancel()

    async def _read_result(self, reporter: Reporter) -> Any:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            message = parse(line)
            if "progress" in message:
                reporter.progress(Progress(**message["progress"]))
            elif "log" in message:
                reporter.log(redact(str(message["log"])))
            elif "error" in message:
                raise error_from_json(message["error"])
            elif "result" in message:
                return message["result"]
        raise await self._died()

    async def _died(self) -> EngineFailed:
        status = await self._process.wait()
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return EngineFailed(
            f"The engine's process {how} before it answered.",
            hints=("Nothing was changed. Try again; if it happens again, the job's log names the package.",),
        )

    async def _forward_errors(self, reporter: Reporter) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            reporter.log(redact(line.decode(errors="replace").rstrip("\n")))

    async def end(self) -> None:
        """End the process and everything that it started, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._group_is_gone()
        self._scratch.cleanup()

    async def _group_is_gone(self) -> None:
        """Wait for what the worker had started itself; killed it is already."""
        end = asyncio.get_running_loop().time() + SECONDS_TO_DIE
        with contextlib.suppress(ProcessLookupError):
            while asyncio.get_running_loop().time() < end:
                os.killpg(self._process.pid, 0)
                await asyncio.sleep(0.01)


def parse(line: bytes) -> dict[str, Any]:
    """One message of a worker; garbage is a failure of the engine, not of the server."""
    try:
        message = json.loads(line)
    except ValueError as error:
        raise EngineFailed("The engine's process sent something that is not an answer.") from error
    if not isinstance(message, dict):
        raise EngineFailed("The engine's process sent something that is not an answer.")
    return message


class Session:
    """The engine for one job: what can be asked of its worker."""

    def __init__(self, worker: Worker, cache_dir: Path, pip: PipRules, reporter: Reporter) -> None:
        self._worker = worker
        self._common = {"cache_dir": str(cache_dir)}
        self._pip = asdict(pip)
        self._reporter = reporter

    async def _ask(self, op: str, **args: Any) -> Any:
        return await self._worker.ask(op, {**self._common, **args}, self._reporter)

    async def end(self) -> None:
        """End the worker now and wait until it writes no more; nothing can be asked afterwards."""
        await to_the_end(self._worker.end())

    async def solve(
        self,
        channels: Sequence[str],
        specs: Sequence[str],
        platform: str,
        pip_names: Sequence[str] = (),
        *,
        locked: Sequence[Package] = (),
        system: System = THIS_SYSTEM,
        as_of: str = "",
    ) -> Solution:
        """Resolve match specs for a platform; ``pip_names`` count when a kernel is looked for.

        The versions of ``locked`` packages are kept where the specs and the channels allow it. ``system`` says what
        to take for granted of the machine; ``as_of`` is the moment (ISO 8601, UTC) whose packages are wanted.
        """
        found = await self._ask(
            "solve",
            channels=list(channels),
            specs=list(specs),
            platform=platform,
            pip_names=list(pip_names),
            locked=packages_to_json(locked),
            system=asdict(system),
            as_of=as_of,
        )
        packages = tuple(packages_from_json(found["packages"]))
        return Solution(packages, found["lacks_kernel"], tuple(found["undated"]), tuple(found["newer"]))

    async def resolve_pip(
        self,
        lines: Sequence[str],
        conda: Sequence[Package],
        platform: str,
        *,
        locked: Sequence[Package] = (),
        system: System = THIS_SYSTEM,
        as_of: str = "",
        dependencies: bool = True,
    ) -> Wheels:
        """Resolve a pip section against what conda provides; the rest as in `solve`.

        Without ``dependencies`` only the packages that the lines name are looked up.
        """
        found = await self._ask(
            "resolve_pip",
            lines=list(lines),
            conda=packages_to_json(conda),
            platform=platform,
            locked=packages_to_json(locked),
            system=asdict(system),
            as_of=as_of,
            dependencies=dependencies,
            **self._pip,
        )
        return Wheels(tuple(packages_from_json(found["packages"])), tuple(found["newer"]))

    async def satisfies(self, pairs: Sequence[tuple[str, Package]]) -> list[bool]:
        """For each match spec, whether the conda package beside it is one that it asks for."""
        packages = packages_to_json(package for _, package in pairs)
        found = await self._ask("satisfies", specs=[spec for spec, _ in pairs], packages=packages)
        return [bool(answer) for answer in found]

    async def pending(self, packages: Sequence[Package]) -> Pending:
        """What an install would have to fetch."""
        found = await self._ask("pending", packages=packages_to_json(packages))
        return Pending(tuple(packages_from_json(found["missing"])), found["scripts"])

    async def install(self, packages: Sequence[Package], prefix: Path, pip_lines: Sequence[str] = ()) -> None:
        """Make a new prefix of exactly these packages; the pip section says which hosts to trust."""
        wanted = packages_to_json(packages)
        await self._ask("install", packages=wanted, prefix=str(prefix), lines=list(pip_lines), **self._pip)

    async def capture(self, prefix: Path, name: str, variables: Mapping[str, str]) -> dict[str, str]:
        """The activation variables of a prefix, as `kernel.json` wants them."""
        found = await self._ask("capture", prefix=str(prefix), name=name, variables=dict(variables))
        return {str(key): str(value) for key, value in found.items()}


class Engine:
    """Where jobs get their worker from.

    Parameters
    ----------
    cache_dir: folder for packages, repodata and wheels; on the file system of the prefixes, or nothing is shared.
    pip: what the configuration says about pip sections.
    standby: keep one worker ready, so that a job does not wait for its start.
    """

    def __init__(self, cache_dir: Path, *, pip: PipRules | None = None, standby: bool = False) -> None:
        self._cache_dir = cache_dir
        self._pip = pip or PipRules()
        self._standby = standby
        self._spare: asyncio.Task[Worker] | None = None
        self._background = Background(cache_dir)

    @asynccontextmanager
    async def session(self, reporter: Reporter) -> AsyncIterator[Session]:
        """A worker for one job. When the body ends, however it ends, the worker and all it started are gone."""
        # a process that is half started when the cancellation comes would be nobody's
        worker, cancelled = await to_the_end(self._take())
        try:
            if cancelled:
                raise asyncio.CancelledError
            yield Session(worker, self._cache_dir, self._pip, reporter)
        finally:
            await to_the_end(worker.end())
            if self._standby:
                self.prepare()

    async def _take(self) -> Worker:
        spare, self._spare = self._spare, None
        return await (spare if spare is not None else Worker.start())

    def prepare(self) -> None:
        """Start the worker of the next job now."""
        if self._spare is None:
            self._spare = asyncio.get_running_loop().create_task(Worker.start())

    def compile_later(self, prefix: Path, packages: Sequence[Package]) -> None:
        """Have the modules of a new prefix compiled, for all that are made later. Returns at once."""
        with disk("Leaving work for later"):
            self._background.compile(prefix, packages, allowed_environment())

    async def close(self, *, detach: bool = False) -> None:
        """End the spare worker, and what works in the background unless ``detach`` lets it go on."""
        if not detach:
            await asyncio.to_thread(self._background.end)
        spare, self._spare = self._spare, None
        if spare is not None:
            await (await spare).end()
