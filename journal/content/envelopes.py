"""Changes in an envelope of `*** Begin Patch`, as agents send them: files by directives, places by what is there."""

from typing import NamedTuple

from journal.content import bodies, hunk_heads
from journal.content.bodies import Body
from journal.content.diff_parsing import FileDiff, ParsedHunk
from journal.content.hunk_heads import Head
from journal.content.markers import directive, fence, form_at, header_at, is_signed, misread, mixed

_LINES = "begin a line of context with a blank, others with - or +"
_DIRECTIVES = "*** Update File: PATH, *** Add File: PATH, *** Delete File: PATH, *** Move to: PATH, *** End Patch"


class _Place(NamedTuple):
    """One changed place as far as it is read: its header's line, what is said of it, its lines from `first` on."""

    line: int
    head: Head
    first: int
    end: int


def parse(given: list[bytes]) -> list[FileDiff]:
    """Reads every envelope among the lines of a text; prose and fences around them are skipped.

    Raises:
        InvalidPatch: it has no file, a directive that is none, or a line where none can stand.
    """
    return _Reader(given).files()


class _Reader:
    """Goes through the lines; `at` is the next one, counted from 0."""

    def __init__(self, given: list[bytes]) -> None:
        self.lines = given
        self.at = 0
        self.open = False  # whether an envelope is
        self.closed = -1  # the line of the fence that closed one

    def files(self) -> list[FileDiff]:
        """Reads everything."""
        made: list[FileDiff] = []
        while self.at < len(self.lines):
            told = directive(self.lines[self.at])
            if told is None:
                self._pass(made)
            elif told[0] in ("begin patch", "end patch"):
                self.open, self.at = told[0] == "begin patch", self.at + 1
            else:
                self.open = True
                made.append(self._file(*told))
        if not made:
            hint = f"name the files in it: {_DIRECTIVES}"
            first = next(at for at, line in enumerate(self.lines, start=1) if directive(line) is not None)
            raise misread(first, "begins an envelope that changes nothing", hint)
        return made

    def _pass(self, made: list[FileDiff]) -> None:
        """Goes over a line outside of files; refuses one that may be a part of the changes."""
        line, form = self.lines[self.at], form_at(self.lines, self.at)
        if form is not None:
            raise mixed(self.at + 1, "envelope", form)
        below = bool(made) and self.at == self.closed + 1
        if line.startswith(b"+") or (below and is_signed(line)):
            hint = f"begin each line of a file with its sign, a fence too; or name the file first: {_DIRECTIVES}"
            raise misread(self.at + 1, "stands in no file of the envelope", hint, line)
        if fence(line) is not None:
            self.closed = self.at if self.open else self.closed
            self.open = self.open and not made
        elif self.open and line.strip():
            raise misread(self.at + 1, "is none of an envelope's", f"name a file first: {_DIRECTIVES}", line)
        self.at += 1

    def _file(self, verb: str, name: bytes) -> FileDiff:
        """Reads one file from its directive on."""
        number = self.at + 1
        if verb not in ("update file", "add file", "delete file"):
            hint = "it follows *** Update File: PATH" + ("" if verb == "move to" else " and its lines")
            raise misread(number, "belongs to no file", hint, self.lines[self.at])
        path = _path(name, number, self.lines[self.at])
        self.at += 1
        if verb == "add file":
            return FileDiff(number, True, "create", None, path, None, None, self._added(number))
        if verb == "delete file":
            return FileDiff(number, True, "delete", path, None, None, None, (), unseen=True)
        new = self._moved()
        hunks = self._hunks()
        if new is None and not hunks:
            hint = "write what changes below it, with - and + before the lines"
            raise misread(number, f"names {path!r}, and says nothing of it", hint)
        renamed = new is not None and new != path
        return FileDiff(number, True, "rename" if renamed else "modify", path, new or path, None, None, hunks)

    def _moved(self) -> str | None:
        told = directive(self.lines[self.at]) if self.at < len(self.lines) else None
        if told is None or told[0] != "move to":
            return None
        self.at += 1
        return _path(told[1], self.at, self.lines[self.at - 1])

    def _added(self, number: int) -> tuple[ParsedHunk, ...]:
        """Reads the lines of a new file."""
        place = self._place(number, Head())
        body = self._body(place)
        self._ends_file()
        if not body.lines:
            return ()
        for at, (sign, line) in enumerate(body.lines, start=place.first):
            if sign != "+" and line not in bodies.BLANK:
                hint = "begin every line of a new file with +"
                raise misread(at + 1, "stands in a new file and does not begin with +", hint, self.lines[at])
        return (ParsedHunk(number, 0, 1, bodies.all_added(body, number).lines, body.sloppy),)

    def _hunks(self) -> tuple[ParsedHunk, ...]:
        """Reads the changed places of a file; the first may lack its `@@`, and several `@@` name one place."""
        made: list[ParsedHunk] = []
        above: tuple[bytes, ...] = ()
        while self.at < len(self.lines) and not self._over():
            number, head = self.at + 1, Head()
            if self._anchored():
                head = hunk_heads.read(self.lines[self.at], number).under(above, number)
                self.at += 1
            elif not self.lines[self.at].strip():
                self.at += 1  # between a directive, or the end of the file, and what follows it
                continue
            if head.old_start is None and head.above and self._anchored():
                above = head.above
                continue
            made.append(self._hunk(self._place(number, head)))
            above = ()
        return tuple(made)

    def _anchored(self) -> bool:
        return self.at < len(self.lines) and self.lines[self.at].startswith(b"@@")

    def _hunk(self, place: _Place) -> ParsedHunk:
        body = self._body(place)
        bodies.refuse_without_change(body, place.line)
        at_end, head = self._ends_file(), place.head
        start = head.old_start or None
        above = head.above if start is None else ()
        return ParsedHunk(place.line, start, head.new_start, body.lines, body.sloppy, above, at_end)

    def _ends_file(self) -> bool:
        """Goes over `*** End of File`."""
        told = directive(self.lines[self.at]) if self.at < len(self.lines) else None
        found = told is not None and told[0] == "end of file"
        self.at += found
        return found

    def _place(self, line: int, head: Head) -> _Place:
        """Finds the end of a place that begins here, and goes there."""
        first = self.at
        while self.at < len(self.lines) and not self._over() and not self._anchored():
            self.at += 1
        return _Place(line, head, first, self.at)

    def _body(self, place: _Place) -> Body:
        return bodies.read(self.lines[place.first : place.end], place.first + 1)

    def _over(self) -> bool:
        """Tells whether a line ends the file's changes.

        Raises:
            InvalidPatch: it looks like a directive and is none, or begins another form of changes.
        """
        line = self.lines[self.at]
        if line[:1] in (b" ", b"+", b""):
            return False
        if directive(line) is not None:
            return True
        if line.startswith(b"*** "):
            hint = f"begin it with a blank if it is a line of context; directives are {_DIRECTIVES}"
            raise misread(self.at + 1, "is no directive", hint, line)
        if line.startswith((b"<", b"diff --git ")) and (form := form_at(self.lines, self.at)) is not None:
            raise mixed(self.at + 1, "envelope", form)
        if header_at(self.lines, self.at):
            raise mixed(self.at + 1, "envelope", "diff")
        mark = fence(line)
        if mark is not None and mark.word:
            raise misread(self.at + 1, "is a fence inside of an envelope", _LINES, line)
        return mark is not None


def _path(name: bytes, number: int, line: bytes) -> str:
    for quote in (b"`", b'"', b"'"):
        if len(name) > 1 and name.startswith(quote) and name.endswith(quote):
            name = name[1:-1]
    if not name:
        raise misread(number, "names no file", "write the path behind the colon", line)
    return name.decode("utf-8", "surrogateescape")
