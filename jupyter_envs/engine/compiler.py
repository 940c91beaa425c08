"""An interpreter that compiles what it is sent: the environment's own Python, fed through a pipe.

It executes nothing of what it compiles and opens no file. A message is its length (4 bytes, big-endian) and its bytes.
"""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

# sent: the name in tracebacks, the source, its time; answered: the .pyc, or nothing for what does not compile
PROGRAM = """
import sys, _frozen_importlib_external as machinery
take, give = sys.stdin.buffer, sys.stdout.buffer
def read():
    size = take.read(4)
    return take.read(int.from_bytes(size, "big")) if len(size) == 4 else sys.exit()
def write(data):
    give.write(len(data).to_bytes(4, "big") + data)
    give.flush()
write(sys.implementation.cache_tag.encode())
while True:
    name, source, time = read().decode(), read(), int(read())
    try:
        code = compile(source, name, "exec", dont_inherit=True)
        compiled = machinery._code_to_timestamp_pyc(code, time, len(source))
    except Exception:
        compiled = b""
    write(bytes(compiled))
"""


class CompilerDied(Exception):
    """The interpreter ended or does not start."""


class Compiler:
    """One interpreter, started at the first use; ``tag`` is what it calls its compiled files (``cpython-312``)."""

    def __init__(self, prefix: Path) -> None:
        self._program = prefix / "bin" / "python"
        self._process: subprocess.Popen[bytes] | None = None
        self.tag = ""

    def compile(self, name: str, source: bytes, time: int) -> bytes:
        """The `.pyc` of a source that was written at ``time``; empty if it is not valid. Raises `CompilerDied`."""
        if self._process is None:
            self._start()
        try:
            for part in (name.encode(), source, str(time).encode()):
                self._write(part)
            return self._read()
        except (OSError, ValueError) as error:
            self.end()
            raise CompilerDied from error

    def _start(self) -> None:
        argv = [str(self._program), "-I", "-S", "-B", "-W", "ignore", "-c", PROGRAM]
        try:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self.tag = self._read().decode()
        except (OSError, ValueError) as error:
            self.end()
            raise CompilerDied from error

    def _write(self, data: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(len(data).to_bytes(4, "big") + data)
        self._process.stdin.flush()

    def _read(self) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        size = int.from_bytes(self._exactly(4), "big")
        return self._exactly(size)

    def _exactly(self, count: int) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        data = self._process.stdout.read(count)
        if len(data) != count:
            raise ValueError("the interpreter ended")
        return data

    def end(self) -> None:
        """End it, if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        process.wait()
