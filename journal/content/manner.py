"""How a file writes what a diff writes otherwise: learned from the lines that both have, used for those it adds."""

from collections.abc import Callable, Iterable
from math import gcd

from journal.content.ground import bare, plain

Pair = tuple[bytes, bytes]
"""a line as the diff has it, and as the file has it"""

Rule = Callable[[bytes], bytes | None]
"""gives the file's indentation for the diff's; None where it has none"""

BLANKS = b" \t"
ENDS = b" \t\r\f\v"


class Manner:
    """What the lines of all hunks of a file teach: indentation, line ends, typed quotes and dashes."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._indents: dict[bytes, bytes] = {}
        self._known = True  # False when one indentation of the diff is two in the file
        self._returns = [0, 0, 0]  # lines with \r: in the diff, in the file, of all
        self._typed = False
        for given, there in pairs:
            self._learn(bare(given), bare(there))
        self._rules = _rules(self._indents)

    def _learn(self, given: bytes, there: bytes) -> None:
        self._returns[0] += given.endswith(b"\r")
        self._returns[1] += there.endswith(b"\r")
        self._returns[2] += 1
        if given.strip():
            self._known &= self._indents.setdefault(indent(given), indent(there)) == indent(there)
            self._typed |= plain(given) != given and plain(there) == there

    def rewritten(self, line: bytes, near: Iterable[Pair]) -> bytes | None:
        """Gives an added line as the file would have it, by the hunk's own pairs where all hunks' do not agree.

        None when its indentation cannot be told.
        """
        line = self._ended(plain(line) if self._typed else line)
        if not line.strip():
            return line
        after = self._indentation(indent(line), near)
        return None if after is None else after + line[len(indent(line)) :]

    def _indentation(self, before: bytes, near: Iterable[Pair]) -> bytes | None:
        if not self._known:
            # The diff lost what tells two indentations apart. A hunk with some left as it is has lost nothing.
            kept = [(indent(a), indent(b)) for a, b in near if a.strip()]
            return before if all(a == b for a, b in kept) and any(a for a, _ in kept) else None
        if before in self._indents:
            return self._indents[before]
        images = {rule(before) for rule in self._rules}
        return images.pop() if len(images) == 1 else None

    def _ended(self, line: bytes) -> bytes:
        given, there, of = self._returns
        if not given and there == of and of:
            return line if line.endswith(b"\r") else line + b"\r"
        if given == of and not there and of:
            return line.removesuffix(b"\r")
        return line


def indent(line: bytes) -> bytes:
    """Gives the blanks and tabs that a line begins with."""
    return line[: len(line) - len(line.lstrip(BLANKS))]


def ended_alike(given: bytes, there: bytes) -> bool:
    """Tells whether two lines are the same but for blanks and a carriage return at their ends."""
    return bare(given).rstrip(ENDS) == bare(there).rstrip(ENDS)


def _rules(indents: dict[bytes, bytes]) -> list[Rule]:
    """Lists the ways that agree with every indentation seen: one more level, one less, another unit."""
    pairs = list(indents.items())
    if all(a == b for a, b in pairs):
        return [lambda before: before]
    made: list[Rule] = []
    given, there = pairs[0]
    if there.endswith(given):
        more = there[: len(there) - len(given)]
        if all(b == more + a for a, b in pairs):
            made.append(lambda before: more + before)
    if given.endswith(there):
        less = given[: len(given) - len(there)]
        if all(a == less + b for a, b in pairs):
            made.append(lambda before: before.removeprefix(less) if before.startswith(less) else None)
    if (units := _units(pairs)) is not None:
        made.append(lambda before: _converted(before, *units))
    return made


def _units(pairs: list[Pair]) -> tuple[bytes, bytes] | None:
    """Finds one unit of the diff and one of the file of which every indentation has the same number."""
    deep = [(a, b) for a, b in pairs if a or b]
    if not deep or any(len(set(a)) != 1 or len(set(b)) != 1 for a, b in deep):
        return None
    if len({a[:1] for a, _ in deep}) != 1 or len({b[:1] for _, b in deep}) != 1:
        return None
    given, there = deep[0]
    ratio = gcd(len(given), len(there))
    one, other = given[: len(given) // ratio], there[: len(there) // ratio]
    if any(len(a) * len(other) != len(b) * len(one) for a, b in deep):
        return None
    return one, other


def _converted(before: bytes, one: bytes, other: bytes) -> bytes | None:
    count, rest = divmod(len(before), len(one))
    return other * count if not rest and before == one * count else None
