"""The program that a worker process runs: one request after the other, until its pipe closes.

A bad package can abort the process that links it, and rattler goes on writing when its task is cancelled; so this
process is expendable. It has a process group of its own, and when the parent goes away it ends the whole group.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, BinaryIO

from jupyter_envs import pipsection
from jupyter_envs.channels import settings_from_json
from jupyter_envs.engine import current
from jupyter_envs.engine.limits import PackageLimits
from jupyter_envs.engine.messages import encode
from jupyter_envs.engine.operations import OPERATIONS
from jupyter_envs.engine.progress import Tracker
from jupyter_envs.errors import EngineFailed, EnvsError
from jupyter_envs.models import Progress


async def answer(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Carry out one request; whatever happens, exactly one result or error is sent."""

    def tell(progress: Progress) -> None:
        send({"progress": asdict(progress)})

    tracker = Tracker(tell, lambda line: send({"log": line}))
    try:
        async with tracker.telling():
            args = request["args"]
            current.use(settings_from_json(args["settings"]), PackageLimits(**args.get("limits", {})))
            current.share(args.get("shared_caches", ()))
            current.use_indexes([args.get("index") or "", *pipsection.where_to_look(args.get("lines", ()))])
            result = await OPERATIONS[request["op"]](args, tracker)
        send({"result": result})
    except EnvsError as error:
        send({"error": error.to_json()})
    except BaseException as error:  # a panic in rattler is no Exception, and must be told too
        for line in traceback.format_exc().splitlines():
            send({"log": line})
        failed = EngineFailed(f"The engine failed: {error}", hints=("The job's log has the details.",))
        send({"error": failed.to_json()})


def end_group() -> None:
    """End this process and all that it started."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def read_requests(requests: queue.Queue[bytes]) -> None:
    """Take requests from standard input; when the parent is gone, so are we."""
    for line in sys.stdin.buffer:
        requests.put(line)
    end_group()


def private_output() -> BinaryIO:
    """The pipe to the parent, out of reach of anything that prints."""
    pipe = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return pipe


def main() -> None:
    """Answer requests for ever."""
    pipe = private_output()
    writing = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with writing:
            pipe.write(encode(message))

    requests: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=read_requests, args=(requests,), daemon=True).start()
    loop = asyncio.new_event_loop()
    while True:
        loop.run_until_complete(answer(json.loads(requests.get()), send))


if __name__ == "__main__":
    main()
