"""Unified diffs as people and programs type them: counts that are wrong, lost blanks, fences, prose around.

What can be meant in one way only is taken; the rest is refused with what to send instead. A hunk goes as far as its
counts say where these fit it exactly and something else begins there; otherwise it goes on to the next header.
"""

import re
from itertools import pairwise

from journal.content import bodies, diff_names, hunk_heads
from journal.content.bodies import Body
from journal.content.diff_parsing import FileDiff, Header, ParsedHunk, Parser
from journal.content.hunk_heads import Head
from journal.content.markers import DASH, TYPED_DASH, WORDS, Fence, fence, form_at, header_at, is_signed, misread, mixed
from journal.errors import InvalidPatch

_AFTER = re.compile(rb"commit [0-9a-f]{7,64}\b|From [0-9a-f]{7,64} |Only in [^:]+: |Index: |diff -")
_STAMP = re.compile(rb" \d{4}-\d\d-\d\d[ T]\d\d:\d\d")
_SAID = re.compile(rb"\((?:old|new|original|updated|modified|before|after)\)$", re.IGNORECASE)
_TYPED_NAME = re.compile(DASH + rb"{1,3} (?=\S)")


def parse(given: list[bytes]) -> list[FileDiff]:
    """Reads the lines of a sloppy unified diff, which may be none; a part without names has `named` False.

    Raises:
        InvalidPatch: a hunk changes nothing, or has more than one meaning.
    """
    _name_by_dashes(given)
    return _Reader(given).files()


def swallowed(hunk: ParsedHunk, at_end: bool) -> bool:
    """Tells whether counts that are too large took the names of the next file for lines of a hunk."""
    if at_end or [sign for sign, _ in hunk.body[-2:]] != ["-", "+"]:
        return False
    old, new = hunk.body[-2][1], hunk.body[-1][1]
    return old.startswith(b"-- a/") and new.startswith(b"++ b/") and old[5:].split(b"\t")[0] == new[5:].split(b"\t")[0]


def is_silent(part: FileDiff) -> bool:
    """Tells whether a part names a file and asks for nothing."""
    silent = part.way == "modify" and not part.hunks and not part.binary
    return silent and (part.new_mode is None or part.old_mode == part.new_mode)


class _Reader(Parser):
    """Goes through the lines as the strict reader does, and reads what that one refuses."""

    fence: Fence | None = None
    ended = -1  # where the last hunk did

    def __init__(self, given: list[bytes]) -> None:
        super().__init__(given)
        self.loose: list[ParsedHunk] = []  # the hunks that no names stand above

    def files(self) -> list[FileDiff]:
        """Reads everything; what is no part of a diff is skipped."""
        made: list[FileDiff] = []
        bare = False
        while self.at < len(self.lines):
            line, mark = self.lines[self.at], fence(self.lines[self.at])
            if mark is not None:
                bare = self._pass(mark)
                continue
            if form_at(self.lines, self.at) not in (None, "diff"):
                raise self._mixed(self.at)
            if line.startswith(b"diff --git "):
                made.append(_settled(Header(self).read()))
            elif self.names_follow():
                made.append(_settled(self.traditional()))
            elif bare or line.startswith(b"@@"):
                self._unnamed(made, bare)
            else:
                self._skip(line)
            bare = False
        if self.loose:
            made[0] = made[0]._replace(hunks=tuple(self.loose))
        return _telling(made)

    def _pass(self, mark: Fence) -> bool:
        """Goes over a fence, refuses one that may be a line of the file; tells whether lines of a hunk follow it."""
        stray = self.fence is None and self.at == self.ended
        opened, self.at = self.fence, self.at + 1
        here = self.lines[self.at : self.at + 1]
        signed = bool(here) and is_signed(here[0]) and not self.names_follow()
        if opened is None and not stray:
            self.fence = mark
            return signed and mark.word in WORDS
        if stray or (opened is not None and mark.closes(opened)):
            self.fence = None
            if signed:
                hint = "begin a fence that is a line of the file with its sign, or send the diff without fences around"
                raise misread(self.at, "closes the fence, and the hunk seems to go on below it", hint)
        return False

    def _skip(self, line: bytes) -> None:
        if line.startswith(b"+"):
            hint = "write @@ above it when it is the next hunk, or a blank before the lines of context that part them"
            raise misread(self.at + 1, "adds a line outside of every hunk", hint, line)
        self.at += 1

    def _unnamed(self, made: list[FileDiff], bare: bool) -> None:
        """Reads hunks that no names stand above; all of a text are about one file."""
        start = self.at
        if made and made[-1].named:
            hint = "write --- a/PATH and +++ b/PATH above it, even when the file is the one before"
            raise misread(start + 1, "begins a hunk, and no names of a file stand above it", hint, self.lines[start])
        if not made:
            made.append(FileDiff(start + 1, False, "modify", None, None, None, None, ()))
        if bare:
            self.loose.append(self._read(start, Head()))
        self.loose += self.hunks()

    def _mixed(self, at: int) -> InvalidPatch:
        return mixed(at + 1, "diff", form_at(self.lines, at) or "diff")

    def names(self) -> tuple[diff_names.Named, diff_names.Named]:
        """Reads the lines `---` and `+++`, which may name one file by different prefixes."""
        for at in (self.at, self.at + 1):
            self.lines[at] = self.lines[at][:4] + _tidied(self.lines[at][4:])
        old, new = super().names()
        if old.path is None or new.path is None:
            return old, new
        (old_name, new_name), bare = diff_names.bare(old.path, new.path), new.path.removeprefix("b/")
        if old_name != new_name and old.path.removeprefix("a/") == bare:
            return old._replace(path=bare), new._replace(path=bare)
        return old, new

    def hunks(self) -> tuple[ParsedHunk, ...]:
        """Reads the hunks from here on; one that follows the names directly may lack its `@@`."""
        made = list[ParsedHunk]()
        above: tuple[bytes, ...] = ()
        if self.at and self.lines[self.at - 1].startswith(b"+++ ") and self.lines[self.at : self.at + 1]:
            first = self.lines[self.at]
            if is_signed(first) and form_at(self.lines, self.at) is None:
                made.append(self._read(self.at, Head()))
        while self._to_hunk():
            number, head = self.at, hunk_heads.read(self.lines[self.at], self.at + 1).under(above, self.at + 1)
            self.at += 1
            if head.old_start is None and head.above and self._to_hunk():
                above = head.above  # another line of the same place follows
                continue
            made.append(self._read(number, head))
            above = ()
        return tuple(made)

    def _to_hunk(self) -> bool:
        """Goes to the next hunk when only empty lines lie before it."""
        at = self._after_blanks(self.at)
        if at == len(self.lines) or not self.lines[at].startswith(b"@@"):
            return False
        self.at = at
        return True

    def _after_blanks(self, at: int) -> int:
        while at < len(self.lines) and not self.lines[at].strip():
            at += 1
        return at

    def _read(self, number: int, head: Head) -> ParsedHunk:
        start = self.at
        body = None if head.counts is None else self._counted(head.counts)
        if body is None:
            self.at = self._end(start)
            body = bodies.read(self.lines[start : self.at], start + 1)
        self.ended = self.at
        bodies.refuse_without_change(body, number + 1)
        at = head.old_start
        stands = any(sign != "+" for sign, _ in body.lines)
        if (stands and at == 0) or (not stands and head.counts is not None and head.counts[0]):
            at = None  # it contradicts what the hunk holds
        return ParsedHunk(number + 1, at, head.new_start, body.lines, body.sloppy, head.above if at is None else ())

    def _counted(self, counts: tuple[int, int]) -> Body | None:
        """Reads as many lines as are said, when a boundary follows them; None when the counts cannot be right."""
        start, (old, new) = self.at, counts
        at = start
        while (old or new) and at < len(self.lines):
            line = self.lines[at]
            sign = b" " if line in bodies.BLANK else line[:1]
            if sign not in (b" ", b"+", b"-") and not bodies.is_end(line):
                return None
            if sign == b"-" and header_at(self.lines, at):
                return None
            old, new = old - (sign in b" -"), new - (sign in b" +")
            if old < 0 or new < 0:
                return None
            at += 1
        if at < len(self.lines) and bodies.is_end(self.lines[at]):
            at += 1
        if old or new or not self._ends(at):
            return None
        self.at = at
        return bodies.read(self.lines[start:at], start + 1, blanks_count=True)

    def _ends(self, at: int) -> bool:
        """Tells whether something else begins at a line: a boundary, or prose behind an empty line."""
        after = self._after_blanks(at)
        if after == len(self.lines) or self._boundary(after):
            return True
        if after == at:
            return False
        return not any(is_signed(line) for line in self.lines[after : self._end(after)])

    def _end(self, at: int) -> int:
        while at < len(self.lines) and not self._boundary(at):
            at += 1
        return at

    def _boundary(self, at: int) -> bool:
        """Tells whether a line is no part of the hunk before it.

        Raises:
            InvalidPatch: it begins another form of changes, or may be meant both ways.
        """
        line = self.lines[at]
        first = line[:1]
        if first in (b" ", b"+", b""):
            return False
        if first == b"-":
            return header_at(self.lines, at) or (line.rstrip() == b"--" and self._signs_off(at))
        if line.startswith((b"@@", b"diff --git ")) or _AFTER.match(line):
            return True
        if form_at(self.lines, at) is not None:
            raise self._mixed(at)
        mark = fence(line)
        if mark is None or (self.fence is not None and not mark._replace(word=b"").closes(self.fence)):
            return False  # a shorter one, or of another sign, is a line of what the outer one holds
        if mark.word:
            hint = "begin it with a blank if it is a line of context, or end the hunk's own fence before it"
            raise misread(at + 1, "is a fence inside of a hunk", hint, line)
        return True

    def _signs_off(self, at: int) -> bool:
        """Tells a mail's signature, with git's version in it, from the removal of a line."""
        after = self.lines[at + 1 : at + 2]
        return not after or re.match(rb"\d+\.\d+", after[0]) is not None


def _tidied(name: bytes) -> bytes:
    """Takes off a name what is none of it: blanks, a time behind blanks, a word such as (new)."""
    stamp = _STAMP.search(name) if b"\t" not in name else None
    kept = name[: stamp.start()].rstrip() if stamp else name.rstrip(b" \r")
    said = _SAID.search(kept[-12:])
    return kept[: len(kept) - len(said[0])].rstrip() if said else kept


def _name_by_dashes(given: list[bytes]) -> None:
    """Mends `--- NAME` where its dashes are others, and the line below it says that it is one."""
    for at, (line, after) in enumerate(pairwise(given)):
        if after.startswith(b"+++ ") and not line.startswith(b"--- ") and TYPED_DASH.search(line[:12]):
            found, below = _TYPED_NAME.match(line), given[at + 2 : at + 3]
            if found is None or not below or not below[0].startswith(b"@@"):
                continue
            name, other = _tidied(line[found.end() :]), _tidied(after[4:])
            if other in (name, b"/dev/null") or name == b"/dev/null" or name[1:] == other[1:]:
                given[at] = b"--- " + name


def _settled(part: FileDiff) -> FileDiff:
    """Gives the lines of a new file as added ones, in one hunk."""
    if part.way != "create" or not part.hunks:
        return part
    read = [bodies.all_added(Body(hunk.body, hunk.sloppy), hunk.line) for hunk in part.hunks]
    body = tuple(line for each in read for line in each.lines)
    return part._replace(hunks=(ParsedHunk(part.hunks[0].line, 0, 1, body, any(each.sloppy for each in read)),))


def _telling(parts: list[FileDiff]) -> list[FileDiff]:
    """Leaves out a header whose file is named again below it; refuses a part that says nothing.

    Raises:
        InvalidPatch
    """
    made = []
    for at, part in enumerate(parts, start=1):
        if not is_silent(part):
            made.append(part)
        elif at == len(parts) or parts[at].path != part.path:
            hint = "write what changes below its names, as hunks that begin with @@ -1,3 +1,4 @@"
            raise misread(part.line, f"names {part.path!r}, and says nothing of it", hint)
    return made
