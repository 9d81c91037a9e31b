"""The kinds of sloppiness that diffs come with, each a function from a real edit to a case."""

import random
from collections.abc import Callable

from journal import InvalidPatch, PatchConflict, apply_patch
from journal.content.diffing import compare
from journal.records import Tolerance
from tests.support.sloppy import (
    Case,
    Drift,
    Real,
    bodies,
    drifted,
    edited,
    headers,
    numbers,
    real,
    spelled,
    text,
)

Kind = Callable[[Real, random.Random], Case | None]
"""gives None where an edit has not what the kind is about"""


def plain(given: Real, diff: bytes) -> Case:
    """The file as the diff knows it."""
    return Case(text(given.old), diff, text(given.new))


def clean(given: Real, _: random.Random) -> Case:
    return plain(given, given.diff)


def wrong_numbers(given: Real, choose: random.Random) -> Case:
    def moved(line: bytes) -> bytes:
        (a, n), (b, m) = numbers(line)
        by = choose.randrange(-40, 41)
        return spelled([[max(1, a + by), n], [max(1, b + by), m]])

    return plain(given, headers(given.diff, moved))


def all_first(given: Real, _: random.Random) -> Case:
    return plain(given, headers(given.diff, lambda line: spelled([[1, s[1]] for s in numbers(line)])))


def no_numbers(given: Real, _: random.Random) -> Case:
    return plain(given, headers(given.diff, lambda _: b"@@ ... @@"))


def counts(line: bytes, choose: random.Random) -> bytes:
    """A header with other counts."""
    return spelled([[start, max(0, count + choose.choice((-2, -1, 1, 3)))] for start, count in numbers(line)])


def wrong_counts(given: Real, choose: random.Random) -> Case:
    return plain(given, headers(given.diff, lambda line: counts(line, choose)))


def stripped_blanks(given: Real, choose: random.Random) -> Case:
    diff = bodies(given.diff, lambda line: line if line.strip() else b"")
    return plain(given, headers(diff, lambda line: counts(line, choose)))


def unprefixed_context(given: Real, _: random.Random) -> Case | None:
    if any(line[:1] in (b"+", b"-", b"@", b"\\") for line in given.old):
        return None
    return plain(given, bodies(given.diff, lambda line: line.removeprefix(b" ")))


def fenced(given: Real, _: random.Random) -> Case:
    return plain(given, b"Here is the change:\n\n```diff\n" + given.diff + b"```\n\nIt does what you asked for.\n")


def returns_in_diff(given: Real, _: random.Random) -> Case:
    return plain(given, given.diff.replace(b"\n", b"\r\n"))


def returns_in_file(given: Real, _: random.Random) -> Case:
    return Case(text(given.old).replace(b"\n", b"\r\n"), given.diff, text(given.new).replace(b"\n", b"\r\n"))


def trailing_space(given: Real, choose: random.Random) -> Case:
    """Blanks at the ends of lines of the file, which the diff does not have."""
    changed: dict[int, bytes | None] = {at: line + b"  " for at, line in enumerate(given.old) if choose.random() < 0.5}
    before, after = drifted(given, Drift(changed, {}))
    return Case(before, given.diff, after)


def dedented(given: Real, _: random.Random) -> Case:
    def shorter(line: bytes) -> bytes:
        bare = line[1:].removeprefix(b"    ") if line[1:].startswith(b"    ") else line[1:].lstrip(b" ")
        return line[:1] + bare

    return plain(given, bodies(given.diff, shorter))


def tabs(given: Real, _: random.Random) -> Case | None:
    """Tabs typed for four blanks each."""
    if any(b"\t" in line or (len(line) - len(line.lstrip(b" "))) % 4 for line in given.old + given.new):
        return None
    if not any(given.old[at].startswith(b"    ") for at in given.context):
        return None  # nothing shows what a tab stands for

    def tabbed(line: bytes) -> bytes:
        bare = line[1:].lstrip(b" ")
        return line[:1] + b"\t" * ((len(line) - 1 - len(bare)) // 4) + bare

    return plain(given, bodies(given.diff, tabbed))


def typed_quotes(given: Real, _: random.Random) -> Case | None:
    """Quotes typed as a word processor has them."""
    if not given.diff.isascii():
        return None
    quotes = {b'"': "\u201d".encode(), b"'": "\u2019".encode()}

    def typed(line: bytes) -> bytes:
        for letter, other in quotes.items():
            line = line.replace(letter, other)
        return line

    if not any(b"'" in given.old[at] or b'"' in given.old[at] for at in given.context):
        return None
    return plain(given, bodies(given.diff, typed))


def context_edited(count: int) -> Kind:
    """So many lines of context of each change are edited in the file."""

    def kind(given: Real, choose: random.Random) -> Case:
        context, changed = set(given.context), dict[int, bytes | None]()
        for start, size, _, _ in given.blocks:
            near = sorted(context & set(range(start - 3, start + size + 3)))
            for at in choose.sample(near, min(count, len(near))):
                changed[at] = edited(given.old[at], choose)
        before, after = drifted(given, Drift(changed, {}))
        return Case(before, given.diff, after)

    return kind


def line_inserted(given: Real, choose: random.Random) -> Case | None:
    """A line of someone else's stands in the context of each change, not just where the change is."""
    taken = {at for start, size, _, _ in given.blocks for at in range(start, start + size + 1)}
    inserted = dict[int, bytes]()
    for start, size, _, _ in given.blocks:
        near = [at for at in range(start - 2, start + size + 3) if at in given.context and at not in taken]
        if near:
            inserted[choose.choice(near)] = b"    someone_else = %d" % choose.randrange(1000)
    before, after = drifted(given, Drift({}, inserted))
    return Case(before, given.diff, after) if inserted else None


def line_deleted(given: Real, choose: random.Random) -> Case:
    """A line of each change's context is gone."""
    context, changed = set(given.context), dict[int, bytes | None]()
    for start, size, _, _ in given.blocks:
        near = sorted(context & set(range(start - 3, start + size + 3)))
        if near:
            changed[choose.choice(near)] = None
    before, after = drifted(given, Drift(changed, {}))
    return Case(before, given.diff, after)


def sloppy(given: Real, choose: random.Random) -> Case:
    """A fence, wrong numbers, wrong counts, blank lines without their blank."""
    diff = bodies(given.diff, lambda line: line if line.strip() else b"")

    def other(line: bytes) -> bytes:
        (a, n), (b, m) = numbers(counts(line, choose))
        by = choose.randrange(-20, 21)
        return spelled([[max(1, a + by), n], [max(1, b + by), m]])

    return plain(given, b"Sure:\n```diff\n" + headers(diff, other) + b"```\n")


def removed_drifted(given: Real, choose: random.Random) -> Case | None:
    """A line that the diff removes has been edited."""
    removed = [at for start, size, _, _ in given.blocks for at in range(start, start + size) if given.old[at].strip()]
    if not removed:
        return None
    at = choose.choice(removed)
    before, _ = drifted(given, Drift({at: edited(given.old[at], choose)}, {}))
    return Case(before, given.diff, None)


def already(given: Real, _: random.Random) -> Case:
    return Case(text(given.new), given.diff, None)


def twin(given: Real, choose: random.Random) -> Case | None:
    """The whole place stands a second time in the file, and the numbers are wrong."""
    start, size, _, _ = given.blocks[0]
    region = given.old[max(0, start - 5) : start + size + 5]
    far = [at for at in range(len(given.old)) if abs(at - start) > 30 and at not in given.context]
    if not far or len(given.blocks) > 2:
        return None
    at = choose.choice(far)
    old, new = list(given.old), list(given.new)
    shift = sum(m - n for s, n, _, m in given.blocks if s + n <= at)
    old[at:at] = region
    new[at + shift : at + shift] = region
    found = compare(text(given.old), text(given.new))
    assert found.blocks == given.blocks
    case = wrong_numbers(given, choose)
    return Case(text(old), case.diff, text(new))


def lookalike(given: Real, choose: random.Random) -> Case | None:
    """The place was edited in a line that the diff removes, and stands elsewhere as the diff has it."""
    start, size, _, _ = given.blocks[0]
    if len(given.blocks) != 1 or not any(line.strip() for line in given.old[start : start + size]):
        return None
    region = given.old[max(0, start - 5) : start + size + 5]
    far = [at for at in range(len(given.old)) if abs(at - start) > 30]
    if not far:
        return None
    at = choose.choice(far)
    gone = choose.choice([n for n in range(start, start + size) if given.old[n].strip()])
    old = list(given.old)
    old[gone] = edited(old[gone], choose)
    old[at:at] = region
    return Case(text(old), given.diff, None)


KINDS: dict[str, Kind] = {
    "clean": clean,
    "wrong line numbers": wrong_numbers,
    "all say line 1": all_first,
    "no numbers": no_numbers,
    "wrong counts": wrong_counts,
    "stripped blanks, wrong counts": stripped_blanks,
    "context without its blank": unprefixed_context,
    "fence and prose": fenced,
    "CRLF in the diff": returns_in_diff,
    "CRLF in the file": returns_in_file,
    "trailing space in the file": trailing_space,
    "dedented by 4": dedented,
    "tabs for blanks": tabs,
    "typed quotes": typed_quotes,
    "1 line of context edited": context_edited(1),
    "2 lines of context edited": context_edited(2),
    "3 lines of context edited": context_edited(3),
    "line inserted into the context": line_inserted,
    "line of the context deleted": line_deleted,
    "fence, numbers, counts, blanks": sloppy,
    "removed line edited": removed_drifted,
    "applied already": already,
    "twin place, wrong numbers": twin,
    "place gone, look-alike left": lookalike,
}


def cases(kind: str, count: int, seed: int = 7) -> list[Case]:
    """Makes so many cases of a kind, the same on every run over the same standard library."""
    choose = random.Random(f"{kind} {seed}")
    made = list[Case]()
    while len(made) < count:
        case = KINDS[kind](real(choose), choose)
        if case is not None:
            made.append(case)
    return made


def played(kind: str, count: int, tolerance: Tolerance) -> tuple[int, int]:
    """Tells how many cases of a kind come out right, and how many wrong; the others are refused."""
    right = wrong = 0
    for before, diff, after in cases(kind, count):
        try:
            made = apply_patch(before, diff, tolerance=tolerance)
        except (PatchConflict, InvalidPatch):
            right += after is None
            continue
        good = made == (before if after is None else after)
        right, wrong = right + good, wrong + (not good)
    return right, wrong
