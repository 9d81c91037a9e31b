"""A diff as it is read: its files with what happens to each, and their hunks, line by line and byte by byte."""

import re
from typing import Literal, NamedTuple

from journal.content import diff_names, lines, text
from journal.errors import InvalidPatch, LimitExceeded, UsageError
from journal.limits import PATCH_BYTES_MAX

Way = Literal["modify", "create", "delete", "rename", "copy"]

SYMLINK = 0o120000
MODES = (0o100644, 0o100755, SYMLINK)
"""git's modes of what is journaled; a submodule's is not among them."""

_HUNK = re.compile(rb"@@ -(\d{1,18})(?:,(\d{1,18}))? \+(\d{1,18})(?:,(\d{1,18}))? @@")
_BETWEEN = re.compile(rb"--\s*\r?$|commit [0-9a-f]{7,64}|From [0-9a-f]{7,64} |Only in |Index: |=+\r?$|diff (?!--git )")
"""lines after a hunk that begin text of no diff: a mail's signature, the next commit of a log, what GNU diff tells."""


class ParsedHunk(NamedTuple):
    """A changed place as a diff says it: starts counted from 1, lines as `lines.split` gives them, with their signs.

    `old_start` is None where it does not say where it belongs; then `above` may name lines that stand somewhere before
    it, outermost first, as `@@ class Name` does. `sloppy` tells that what it means had to be guessed in a part,
    `at_end` that its last old line is said to be the last of the file.
    """

    line: int
    old_start: int | None
    new_start: int
    body: tuple[tuple[str, bytes], ...]
    sloppy: bool = False
    above: tuple[bytes, ...] = ()
    at_end: bool = False

    @property
    def old(self) -> list[bytes]:
        """Gives the lines that shall stand there."""
        return [line for sign, line in self.body if sign != "+"]

    @property
    def new(self) -> list[bytes]:
        """Gives the lines that shall stand there afterwards."""
        return [line for sign, line in self.body if sign != "-"]


class FileDiff(NamedTuple):
    """What a diff says of one file: names without prefix, None where nothing stands; git's modes where it has them.

    `line` is where it begins, `named` tells whether it says which file it means, `binary` is the line that says that
    the content is not in it. `unseen` tells of a deletion that takes the file away whatever it holds.
    """

    line: int
    named: bool
    way: Way
    old: str | None
    new: str | None
    old_mode: int | None
    new_mode: int | None
    hunks: tuple[ParsedHunk, ...]
    binary: int = 0
    unseen: bool = False

    @property
    def path(self) -> str:
        """Gives the name that is left, or that went."""
        return self.new or self.old or ""


def diff_bytes(diff: str | bytes) -> bytes:
    """Gives a diff as bytes, text as UTF-8 whose surrogate escapes are bytes again.

    Raises:
        UsageError: it is neither. LimitExceeded: it is too large.
    """
    given: object = diff
    if isinstance(given, str):
        try:
            given = given.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise UsageError(f"the diff cannot be encoded: {error}", hint="pass its bytes") from error
    if not isinstance(given, bytes | bytearray | memoryview):
        raise UsageError(f"the diff is {type(given).__name__}", hint="pass str or bytes")
    if len(given) > PATCH_BYTES_MAX:
        raise LimitExceeded(
            f"a diff of {len(given)} bytes",
            hint="apply it in parts, or write the files",
            limit="PATCH_BYTES_MAX",
            allowed=PATCH_BYTES_MAX,
            found=len(given),
        )
    return bytes(given)


def parse(data: bytes) -> list[FileDiff]:
    """Reads a unified diff: git's, GNU's, or hunks alone; text before a file's header is skipped, as git does.

    Raises:
        InvalidPatch: with the line where it cannot be read.
    """
    found = data.split(b"\n")
    if found[-1] == b"":
        found.pop()
    return Parser(found).files()


class Parser:
    """Goes strictly through the lines of a diff; `at` is the next one, counted from 0."""

    def __init__(self, given: list[bytes]) -> None:
        self.lines = given
        self.at = 0

    def files(self) -> list[FileDiff]:
        """Reads everything."""
        made: list[FileDiff] = []
        skipped = None  # the first line of text that no header has explained yet
        prose = True  # at the start, and after a signature, a person may write what they like
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.startswith(b"diff --git "):
                made.append(Header(self).read())
            elif self.names_follow():
                made.append(self.traditional())
            elif line.startswith(b"@@") and skipped is None and not made:
                made.append(FileDiff(self.at + 1, False, "modify", None, None, None, None, self.hunks()))
            elif not line.strip() or prose or _BETWEEN.match(line):
                prose = prose or bool(_BETWEEN.match(line))
                skipped = self.at if skipped is None and line.strip() else skipped
                self.at += 1
                continue
            else:
                raise self._garbage()
            skipped, prose = None, False
        if not made and skipped is not None:
            hint = "a diff has --- and +++ lines, and hunks that begin with @@ -1,3 +1,4 @@"
            raise InvalidPatch("the diff has no hunk", hint=hint, line=skipped + 1)
        return made

    def names_follow(self) -> bool:
        """Tells whether the next two lines name a file."""
        after = self.lines[self.at + 1 : self.at + 2]
        return self.lines[self.at].startswith(b"--- ") and bool(after) and after[0].startswith(b"+++ ")

    def names(self) -> tuple[diff_names.Named, diff_names.Named]:
        """Reads the lines `---` and `+++`."""
        old = diff_names.header_name(self.lines[self.at][4:], self.at + 1)
        new = diff_names.header_name(self.lines[self.at + 1][4:], self.at + 2)
        self.at += 2
        return old, new

    def traditional(self) -> FileDiff:
        """Reads a file that begins with its two names."""
        start = self.at
        named = self.names()
        hunks = self.hunks()
        if not hunks:
            hint = "write what changes below +++, as hunks that begin with @@ -1,3 +1,4 @@"
            raise InvalidPatch(f"no hunk follows line {start + 2} of the diff", hint=hint, line=start + 2)
        way = way_of(*named, hunks)
        old, new = diff_names.bare(named[0].path, named[1].path)
        if way == "modify" and old != new:
            hint = "give both the same name, or say `rename from` and `rename to` below a line `diff --git`"
            raise InvalidPatch(f"the diff names {old!r} and {new!r} as one file", hint=hint, line=start + 2)
        if way == "create":
            old = None
        elif way == "delete":
            new = None
        return FileDiff(start + 1, True, way, old, new, None, None, hunks)

    def hunks(self) -> tuple[ParsedHunk, ...]:
        """Reads the hunks from here on."""
        made = []
        while self.at < len(self.lines) and self.lines[self.at].startswith(b"@@"):
            made.append(self._hunk())
        return tuple(made)

    def _hunk(self) -> ParsedHunk:
        number, line = self.at + 1, self.lines[self.at]
        found = _HUNK.match(line)
        if found is None:
            hint = "write @@ -START,COUNT +START,COUNT @@"
            raise InvalidPatch(f"line {number} of the diff is no header of a hunk", hint=hint, line=number)
        old_start, new_start = int(found[1]), int(found[3])
        said = [1 if found[2] is None else int(found[2]), 1 if found[4] is None else int(found[4])]
        self.at += 1
        if said == [0, 0]:
            raise _miscounted(number, said, "changes nothing")
        body = self._body(number, said)
        if self.at < len(self.lines) and self.lines[self.at][:1] in (b" ", b"+", b"-") and not self._ends_here():
            raise _miscounted(number, said, "has more")
        return ParsedHunk(number, old_start, new_start, tuple(body))

    def _ends_here(self) -> bool:
        return self.names_follow() or bool(_BETWEEN.match(self.lines[self.at]))

    def _body(self, number: int, said: list[int]) -> list[tuple[str, bytes]]:
        body: list[tuple[str, bytes]] = []
        left, ended = list(said), [False, False]
        while left != [0, 0] or (self.at < len(self.lines) and self.lines[self.at].startswith(b"\\")):
            if self.at == len(self.lines) or self.lines[self.at].startswith((b"@@", b"diff --git ")):
                raise _miscounted(number, said, f"has {said[0] - left[0]} and {said[1] - left[1]}")
            line = self.lines[self.at] or b" "  # an editor took the blank of an empty line of context away
            self.at += 1
            sign = line[:1].decode("latin-1")
            if sign == "\\" and body and not body[-1][1].endswith(lines.NO_NEWLINE):
                body[-1] = (body[-1][0], body[-1][1] + lines.NO_NEWLINE)
                ended = [ended[0] or body[-1][0] != "+", ended[1] or body[-1][0] != "-"]
                continue
            if sign not in " +-":
                raise _no_line(self.at, line)
            sides = [side for side, other in enumerate("+-") if sign != other]
            if any(left[side] == 0 for side in sides):
                raise _miscounted(number, said, "has more")
            if any(ended[side] for side in sides):
                hint = "`\\ No newline at end of file` follows the last line of the file"
                raise InvalidPatch(f"line {self.at} of the diff follows a last line", hint=hint, line=self.at)
            for side in sides:
                left[side] -= 1
            body.append((sign, line[1:]))
        return body

    def _garbage(self) -> InvalidPatch:
        shown = text.shown(self.lines[self.at], 60)
        hint = "a hunk, a header or the end of the diff is due there"
        return InvalidPatch(f"line {self.at + 1} of the diff is {shown!r}", hint=hint, line=self.at + 1)


class Header:
    """The lines below one `diff --git`, as far as they are read."""

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.start = parser.at
        self.way: Way = "modify"
        self.old: str | None = None
        self.new: str | None = None
        self.modes: list[int | None] = [None, None]
        self.binary = 0

    def read(self) -> FileDiff:
        """Reads the section up to its end."""
        parser, number = self.parser, self.start + 1
        named = diff_names.git_names(parser.lines[self.start][len(b"diff --git ") :], number)
        parser.at += 1
        while parser.at < len(parser.lines) and self._extended(parser.lines[parser.at]):
            parser.at += 1
        here = parser.lines[parser.at : parser.at + 2]
        if len(here) == 2 and here[0].startswith(b"--- ") and here[1].startswith(b"+++ "):
            told = parser.names()
            if self.way == "modify":
                self.way = way_of(*told, ())
            if told[0].path is not None and told[1].path is not None:
                named = (told[0].path, told[1].path)
            elif named is None:
                alone = diff_names.bare(told[0].path, told[1].path)
                named = (alone[0] or alone[1] or "",) * 2
        hunks = parser.hunks()
        self._name(named, number)
        old, new = (None if self.way == "create" else self.old), (None if self.way == "delete" else self.new)
        return FileDiff(number, True, self.way, old, new, self.modes[0], self.modes[1], hunks, self.binary)

    def _name(self, named: tuple[str, str] | None, number: int) -> None:
        """Settles which files are meant: by the lines that say it alone, else by the names above the hunks."""
        if self.old is not None and self.new is not None:
            return
        if named is None:
            hint = "say `rename from` and `rename to`, or write --- and +++"
            raise InvalidPatch(f"line {number} of the diff does not tell its two names apart", hint=hint, line=number)
        self.old, self.new = diff_names.bare(*named)
        if self.old != self.new:
            hint = "say `rename from` and `rename to` if it is to be moved"
            raise InvalidPatch(f"the diff names {self.old!r} and {self.new!r} as one file", hint=hint, line=number)

    def _extended(self, line: bytes) -> bool:
        """Reads one line of the header; False when it is none."""
        number = self.parser.at + 1
        for word, side in ((b"old mode ", 0), (b"new mode ", 1), (b"deleted file mode ", 0), (b"new file mode ", 1)):
            if line.startswith(word):
                self.modes[side] = _mode(line[len(word) :], number)
                if b"file" in word:
                    self.way = "delete" if side == 0 else "create"
                return True
        for word, way in ((b"rename ", "rename"), (b"copy ", "copy")):
            if line.startswith((word + b"from ", word + b"old ")):
                self.old = diff_names.plain_name(line.partition(b" ")[2].partition(b" ")[2], number)
            elif line.startswith((word + b"to ", word + b"new ")):
                self.new = diff_names.plain_name(line.partition(b" ")[2].partition(b" ")[2], number)
            else:
                continue
            self.way = "rename" if way == "rename" else "copy"
            return True
        if line.startswith(b"index ") and (mode := line.rstrip().split(b" ")[2:]):
            self.modes = [_mode(mode[0], number), _mode(mode[0], number)]
        if line.startswith((b"GIT binary patch", b"Binary files ")):
            self.binary = number
            self._skip_binary()
        return line.startswith((b"index ", b"similarity index ", b"dissimilarity index ")) or self.binary == number

    def _skip_binary(self) -> None:
        """Goes to the last line of what git wrote in base 85."""
        parser = self.parser
        if parser.lines[parser.at].startswith(b"GIT"):
            while parser.at + 1 < len(parser.lines) and not parser.lines[parser.at + 1].startswith(b"diff --git "):
                parser.at += 1


def way_of(old: diff_names.Named, new: diff_names.Named, hunks: tuple[ParsedHunk, ...]) -> Way:
    """Tells whether a file comes or goes: by /dev/null, or by the time stamp that GNU diff gives to what is absent."""
    if old.path is None or (old.epoch and all(not hunk.old for hunk in hunks) and hunks):
        return "create"
    if new.path is None or (new.epoch and all(not hunk.new for hunk in hunks) and hunks):
        return "delete"
    return "modify"


def _mode(digits: bytes, line: int) -> int:
    digits = digits.strip()
    if not re.fullmatch(rb"[0-7]{6}", digits) or int(digits, 8) not in MODES:
        hint = "files are 100644 or 100755, symlinks 120000; submodules are not journaled"
        shown = digits.decode("latin-1")
        raise InvalidPatch(f"the mode {shown!r} in line {line} of the diff is none", hint=hint, line=line)
    return int(digits, 8)


def _miscounted(line: int, said: list[int], what: str) -> InvalidPatch:
    hint = "its header counts the lines with ' ' and '-', then those with ' ' and '+'"
    counts = f"the hunk in line {line} of the diff says {said[0]} old and {said[1]} new lines, and {what}"
    return InvalidPatch(counts, hint=hint, line=line)


def _no_line(number: int, line: bytes) -> InvalidPatch:
    shown = text.shown(line, 60)
    hint = "each line of a hunk begins with ' ', '+' or '-'"
    return InvalidPatch(f"line {number} of the diff is no line of a hunk: {shown!r}", hint=hint, line=number)
