"""Work that a cancellation must not tear apart: it is waited for, and only then is the cancellation heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


async def to_the_end(work: Coroutine[Any, Any, T]) -> tuple[T, bool]:
    """The result of ``work``, which is never cancelled, and whether somebody tried to meanwhile.

    Raises what ``work`` raises.
    """
    task, cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    return task.result(), cancelled


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call ``function`` in a thread and wait until it has ended, even when cancelled; raises CancelledError then."""
    result, cancelled = await to_the_end(asyncio.to_thread(function, *args, **kwargs))
    if cancelled:
        raise asyncio.CancelledError
    return result


async def past_no_return(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same for what cannot be stopped half-way: once it has ended well, a cancellation came too late."""
    return (await to_the_end(asyncio.to_thread(function, *args, **kwargs)))[0]
