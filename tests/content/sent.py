"""Diffs as they are sent: read tolerantly, or refused with a line, words and what to send instead."""

import pytest

from journal.content.diff_parsing import FileDiff
from journal.content.diff_reading import read
from journal.errors import InvalidPatch

Refusal = tuple[str, int, str, str]
"""what is sent, the line that is named, a part of what is said, a part of the hint."""


def seen(diff: str) -> list[FileDiff]:
    return read(diff.encode(), "tolerant")


def is_refused(refusal: Refusal) -> None:
    diff, line, said, hint = refusal
    with pytest.raises(InvalidPatch) as caught:
        seen(diff)
    found = (caught.value.line, said in str(caught.value), hint in caught.value.hint)
    assert found == (line, True, True), f"{caught.value} | {caught.value.hint}"
