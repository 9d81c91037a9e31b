"""Validators for tests: one that notes what it was asked, and one that really judges."""

from collections.abc import Iterator, Sequence
from typing import Any

from journal import FilePatch, Problem, Spool, ValidationContext

Patches = Sequence[FilePatch]

WAIT_S = 60
"""seconds until a test that hangs fails; none takes them."""


class Clerk:
    """A validator that notes which paths it was asked about, and says what it is told to."""

    def __init__(self, answer: object = None) -> None:
        self.answer = answer
        self.asked: list[list[str]] = []
        self.contexts: list[ValidationContext] = []

    def __call__(self, patches: Patches, context: ValidationContext) -> Any:
        self.asked.append([patch.path for patch in patches])
        self.contexts.append(context)
        return self.answer(patches, context) if callable(self.answer) else self.answer


def lines_too_long(patches: Patches, context: ValidationContext) -> Iterator[Problem]:
    """A real one: lines of more than ten characters."""
    for patch in patches:
        for number, line in enumerate((context.after(patch) or b"").decode().splitlines(), 1):
            if len(line) > 10:
                yield Problem(patch.path, f"{len(line)} characters", number, "long")


def rows(spool: Spool, name: str) -> list[dict[str, Any]]:
    return spool.journal.query("SELECT * FROM audit WHERE name = ? ORDER BY invocation_id", [name])
