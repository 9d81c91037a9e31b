"""What a program of an event loop hands over, made fit for the thread in which the engine takes it."""

import functools
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from typing import Any

from anyio import from_thread

from journal.engine.validators import NamedValidator, Validator, is_async
from journal.records import Content

AsyncContent = Content | AsyncIterable[bytes]


def content(given: AsyncContent) -> Content:
    """Gives a content that the engine can take; pieces that come by waiting are waited for in the event loop."""
    return _pieces(given) if isinstance(given, AsyncIterable) else given


def _pieces(given: AsyncIterable[bytes]) -> Iterator[bytes]:
    iterator = aiter(given)
    while (piece := from_thread.run(_next, iterator)) is not None:
        yield piece


async def _next(iterator: AsyncIterator[bytes]) -> bytes | None:
    return await anext(iterator, None)


def validator(given: Validator) -> Validator:
    """Gives a validator that the engine can ask: what is async runs in the event loop, and is waited for."""
    if isinstance(given, NamedValidator):
        return NamedValidator(validator(given.run), given.name, given.paths, given.version)
    if not is_async(given):
        return given

    def asked(*arguments: Any) -> Any:
        return from_thread.run(functools.partial(_answer, given), *arguments)

    functools.update_wrapper(asked, given if hasattr(given, "__qualname__") else type(given).__call__)
    del asked.__wrapped__  # type: ignore[attr-defined]  # or it would be taken for what it wraps
    asked.__qualname__ = getattr(given, "__qualname__", type(given).__qualname__)
    return asked


async def _answer(given: Callable[..., Any], *arguments: Any) -> Any:
    """Awaits an answer, or gathers one that comes problem by problem."""
    answer = given(*arguments)
    if isinstance(answer, AsyncIterable):
        return [problem async for problem in answer]
    return await answer
