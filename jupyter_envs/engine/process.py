"""One worker process: started, asked, watched, and ended with everything that it started."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jupyter_envs.engine.liveness import written
from jupyter_envs.engine.messages import LINE_LIMIT, encode
from jupyter_envs.errors import EngineFailed, EnvsError, error_from_json
from jupyter_envs.models import Progress, Reporter
from jupyter_envs.redact import redact

# All that a worker sees of the server's environment variables: none of them is a secret of the server.
ALLOWED = frozenset(
    {
        "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER", "XDG_CACHE_HOME",
        "ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "all_proxy", "http_proxy", "https_proxy", "no_proxy",
        "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE",
        "CONDA_OVERRIDE_ARCHSPEC", "CONDA_OVERRIDE_CUDA", "CONDA_OVERRIDE_GLIBC", "CONDA_OVERRIDE_OSX",
        "NETRC", "RATTLER_AUTH_FILE",
    }
)  # fmt: skip

SECONDS_TO_DIE = 5.0
GARBAGE = "The engine's process sent something that is not an answer."
AGAIN = ("Nothing was changed. Try again; if it happens again, the job's log names the package.",)
# Isolated from PYTHON* variables and the user's site, but with the parent's own import path.
START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from jupyter_envs.engine.worker import main; main()"


def allowed_environment() -> dict[str, str]:
    """The server's environment variables that a process of the engine may see."""
    return {key: value for key, value in os.environ.items() if key in ALLOWED}


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

    async def ask(self, op: str, args: Mapping[str, Any], reporter: Reporter, patience: float | None = None) -> Any:
        """Send one request and wait for its result.

        Raises the `EnvsError` that the worker sent, or `EngineFailed` when it died without an answer, sent garbage, or
        neither reported nor wrote anything for ``patience`` seconds.
        """
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(encode({"op": op, "args": dict(args)}))
            await self._process.stdin.drain()
        errors = asyncio.create_task(self._forward_errors(reporter))
        try:
            return await self._read_result(reporter, patience)
        finally:
            errors.cancel()

    async def _read_result(self, reporter: Reporter, patience: float | None) -> Any:
        while line := await self._next_line(patience):
            with understood():
                message = json.loads(line)
                if "progress" in message:
                    reporter.progress(Progress(**message["progress"]))
                elif "log" in message:
                    reporter.log(redact(str(message["log"])))
                elif "error" in message:
                    raise error_from_json(message["error"])
                elif "result" in message:
                    return message["result"]
        raise await self._died()

    async def _next_line(self, patience: float | None) -> bytes:
        assert self._process.stdout is not None
        before: int | None = None
        while True:
            try:
                return await asyncio.wait_for(self._process.stdout.readline(), patience)
            except ValueError as error:
                raise EngineFailed(GARBAGE, hints=AGAIN) from error
            except asyncio.TimeoutError:
                now = await asyncio.to_thread(written, self._process.pid)
                if now is None or (before is not None and now <= before):
                    raise EngineFailed(
                        f"The engine's process did nothing for {patience:g} s and was ended.", hints=AGAIN
                    ) from None
                before = now

    async def _died(self) -> EngineFailed:
        status = await self._process.wait()
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return EngineFailed(
            f"The engine's process {how} before it answered.",
            hints=AGAIN,
        )

    async def _forward_errors(self, reporter: Reporter) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            reporter.log(redact(line.decode(errors="replace").rstrip("\n")))
            await asyncio.sleep(0)  # what is in the buffer already is read without a pause

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


@contextmanager
def understood() -> Iterator[None]:
    """What is no answer is a failure of the engine, not of the server: `EngineFailed`."""
    try:
        yield
    except EnvsError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise EngineFailed(GARBAGE, hints=AGAIN) from error
