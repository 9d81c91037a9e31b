"""What an event loop hands over: async content and validators, given to a thread that waits for them."""

from collections.abc import AsyncIterator
from typing import Any, cast

import anyio
import pytest

from journal import NamedValidator, Problem, ValidationContext
from journal.engine.validators import judge
from journal.executors import bridging

pytestmark = pytest.mark.anyio

NOBODY = cast(ValidationContext, None)


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        await anyio.sleep(0)
        yield piece


async def test_pieces_come_in_their_order() -> None:
    given = bridging.content(pieces(b"a", b"", b"b"))
    assert await anyio.to_thread.run_sync(lambda: list(cast(Any, given))) == [b"a", b"", b"b"]


@pytest.mark.parametrize("given", ["text", b"bytes", [b"a"], bytearray(b"x")])
async def test_what_needs_no_waiting_is_passed_on(given: Any) -> None:
    assert bridging.content(given) is given


async def test_an_async_function_answers() -> None:
    async def asked(patches: Any, context: Any) -> list[Problem]:
        await anyio.sleep(0)
        return [Problem("a", "no")]

    given = bridging.validator(asked)
    assert await anyio.to_thread.run_sync(given, [], NOBODY) == [Problem("a", "no")]
    assert judge(given).title.endswith("asked")


async def test_an_async_generator_answers_problem_by_problem() -> None:
    async def asked(patches: Any, context: Any) -> AsyncIterator[Problem]:
        yield Problem("a", "no")
        yield Problem("b", "no")

    given = bridging.validator(cast(Any, asked))
    assert await anyio.to_thread.run_sync(given, [], NOBODY) == [Problem("a", "no"), Problem("b", "no")]


async def test_an_object_that_is_called_answers_and_a_name_stays() -> None:
    class Taste:
        async def __call__(self, patches: Any, context: Any) -> None:
            await anyio.sleep(0)

    given = bridging.validator(NamedValidator(Taste(), "taste", "*.py", "2"))
    assert isinstance(given, NamedValidator) and (given.name, given.paths, given.version) == ("taste", "*.py", "2")
    assert await anyio.to_thread.run_sync(given, [], NOBODY) is None
    assert judge(bridging.validator(Taste())).title.endswith("Taste")


async def test_an_ordinary_validator_is_passed_on() -> None:
    def plain(patches: Any, context: Any) -> None:
        return None

    assert bridging.validator(plain) is plain
    number: Any = 7
    assert bridging.validator(number) is number  # to be refused by who takes it


async def test_what_it_raises_is_raised() -> None:
    async def asked(patches: Any, context: Any) -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        await anyio.to_thread.run_sync(bridging.validator(asked), [], NOBODY)
