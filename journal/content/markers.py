"""The lines by which one way of writing changes is told from another: fences, names, and the marks of each form."""

import re
from typing import Literal, NamedTuple

from journal.content import text
from journal.errors import InvalidPatch

Form = Literal["diff", "envelope", "blocks"]

FORMS: dict[Form, str] = {
    "diff": "a unified diff",
    "envelope": "an envelope of *** Begin Patch",
    "blocks": "blocks of <<<<<<< SEARCH",
}

DASH = rb"(?:-|\xe2\x80[\x90-\x95]|\xe2\x88\x92)"
"""a hyphen, or what a word processor makes of one: U+2010 to U+2015 and U+2212."""

TYPED_DASH = re.compile(rb"\xe2\x80[\x90-\x95]|\xe2\x88\x92")
SEARCH = re.compile(rb"(<{5,9})[ \t]*SEARCH\b", re.IGNORECASE)
DIRECTIVE = re.compile(
    rb"\*\*\*[ \t]*((?:Begin|End) Patch|(?:Add|Update|Delete) File|Move to|End of File)(?![^\s:])[ \t]*:?(.*)",
    re.IGNORECASE | re.DOTALL,
)
WORDS = (b"diff", b"patch", b"udiff")
"""what stands behind the fence of a diff."""

_FENCE = re.compile(rb"[ \t]{0,12}(`{3,}|~{3,})([^`]*)", re.DOTALL)


def is_signed(line: bytes) -> bool:
    """Tells whether a line begins as those of a hunk do."""
    return line.startswith((b" ", b"+", b"-"))


class Fence(NamedTuple):
    """A line of Markdown that opens or closes what is quoted: its sign and how many, and the word behind them."""

    sign: bytes
    length: int
    word: bytes

    def closes(self, opened: "Fence") -> bool:
        """Tells whether it can be the end of what another one began."""
        return not self.word and self.sign == opened.sign and self.length >= opened.length


def fence(line: bytes) -> Fence | None:
    """Reads a fence; None when the line is none."""
    if b"```" not in line[:16] and b"~~~" not in line[:16]:
        return None
    found = _FENCE.fullmatch(line)
    return Fence(found[1][:1], len(found[1]), found[2].strip()) if found else None


def directive(line: bytes) -> tuple[str, bytes] | None:
    """Reads a line such as `*** Update File: PATH`: its words in small letters, and what follows them."""
    found = DIRECTIVE.fullmatch(line) if line.startswith(b"***") else None
    return (found[1].decode("latin-1").lower(), found[2].strip()) if found else None


def names_at(given: list[bytes], at: int) -> bool:
    """Tells whether two lines name a file as `---` and `+++` do."""
    return given[at].startswith(b"--- ") and at + 1 < len(given) and given[at + 1].startswith(b"+++ ")


def header_at(given: list[bytes], at: int) -> bool:
    """Tells whether two lines name a file, and the hunks of it begin below them."""
    return names_at(given, at) and at + 2 < len(given) and given[at + 2].startswith(b"@@")


def form_at(given: list[bytes], at: int) -> Form | None:
    """Tells which form of changes a line begins, None when it begins none."""
    line = given[at]
    if line.startswith(b"<"):
        return "blocks" if SEARCH.match(line) else None
    if line.startswith(b"*"):
        return "envelope" if directive(line) is not None else None
    if line.startswith((b"@@", b"diff --git ")) or names_at(given, at):
        return "diff"
    return None


def mixed(line: int, form: Form, other: Form) -> InvalidPatch:
    """Makes the error of a text in which one form stands beside or inside another."""
    message = f"line {line} of the diff begins {FORMS[other]}, and what stands before it is {FORMS[form]}"
    hint = "send one form at a time, each in a call of its own"
    if form == "diff":
        hint += "; a line of context begins with a blank"
    return InvalidPatch(message, hint=hint, line=line)


def misread(line: int, what: str, hint: str, shown: bytes | None = None) -> InvalidPatch:
    """Makes the error of a line, which it quotes when it is given."""
    quoted = "" if shown is None else f": {text.shown(shown, 60)!r}"
    return InvalidPatch(f"line {line} of the diff {what}{quoted}", hint=hint, line=line)
