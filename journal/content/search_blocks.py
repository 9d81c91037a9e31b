"""Changes as blocks that hold what to search for and what to put in its place, each below the name of its file."""

import re
from typing import NamedTuple

from journal.content.diff_parsing import FileDiff, ParsedHunk
from journal.content.markers import SEARCH, fence, form_at, misread, mixed
from journal.content.similarity import common_ends

_MIDDLE = re.compile(rb"(={5,9})(?:[ \t]+(?:REPLACE|WITH|BY))?[ \t\r]*", re.IGNORECASE)
_END = re.compile(rb"(>{5,9})[ \t]*REPLACE[ \t\r]*", re.IGNORECASE)
_OPEN = re.compile(rb"(<{5,9})[ \t]*SEARCH[ \t\r]*", re.IGNORECASE)
_CONFLICT = re.compile(rb"(<{5,9}|>{5,9}|\|{5,9})(?![<>|])")
_TITLE = re.compile(rb"[#* \t]*(?:File(?:name|[ _]?path)?|Path)[* \t]*:(.*)", re.IGNORECASE | re.DOTALL)
_LIKE_A_PATH = re.compile(rb"/|\w\.\w|^\.\w")
_NAME_BYTES_MAX = 4096
_ABOVE_MAX = 3
"""lines between a name and its block: fences and empty ones."""

_SHAPE = "a block is <<<<<<< SEARCH, the old lines, =======, the new lines, >>>>>>> REPLACE, each mark on its own line"
_LONGER = "begin, part and end the block by 9 signs where its content has lines of 7, such as marks of a conflict"


class _Block(NamedTuple):
    """One block: its lines counted from 0, and what stands in its parts."""

    start: int
    end: int
    old: list[bytes]
    new: list[bytes]


def parse(given: list[bytes]) -> list[FileDiff]:
    """Reads every block among the lines of a text, a part each: they mean the file one after another.

    One without a name above it is about the file of the block before it, when nothing is written between them.

    Raises:
        InvalidPatch: a block does not end, changes nothing, or may be parted at several lines.
    """
    made: list[FileDiff] = []
    at = after = 0  # `after` is where the block before it ended
    while at < len(given):
        if not SEARCH.match(given[at]):
            if (form := form_at(given, at)) is not None:
                raise mixed(at + 1, "blocks", form)
            if _END.fullmatch(given[at]):
                raise misread(at + 1, "ends a block that has not begun", _SHAPE, given[at])
            at += 1
            continue
        block = _block(given, at)
        made.append(_part(block, _named(given, at, after, made)))
        at = after = block.end + 1
    return made


def _named(given: list[bytes], at: int, after: int, made: list[FileDiff]) -> str | None:
    """Finds the name that stands above a block, or that the block before it had; None when no block has any."""
    told, above = None, at
    while above > max(after, at - 1 - _ABOVE_MAX):
        above -= 1
        line = given[above].strip()
        if line and fence(given[above]) is None:
            told = _name(line)
            break
    if told is not None or not made or not made[-1].named:
        return told
    if any(line.strip() and fence(line) is None for line in given[after:at]):
        hint = "write the path alone on the line above it, such as: File: src/app.py"
        raise misread(at + 1, "begins a block, and no name of a file stands above it", hint)
    return made[-1].path


def _name(line: bytes) -> str | None:
    """Reads a line that is a path and nothing else: bare, between backticks or quotes, behind `File:`."""
    if len(line) > 2 * _NAME_BYTES_MAX:
        return None
    titled = _TITLE.fullmatch(line)
    name = (titled[1] if titled else line.lstrip(b"#")).strip(b"* \t").removesuffix(b":").rstrip(b"* \t")
    if len(name) > 2 and name[:1] == name[-1:] and name[:1] in (b"`", b'"', b"'"):
        name, quoted = name[1:-1].strip(), True
    else:
        quoted = False
    like = _LIKE_A_PATH.search(name) is not None and b"://" not in name and not name.startswith(b"//")
    blank = b" " in name
    if not name or b"`" in name or (blank and not (like and (titled or quoted))) or not (like or titled or quoted):
        return None
    return name.decode("utf-8", "surrogateescape")


def _block(given: list[bytes], start: int) -> _Block:
    """Reads the block that begins at a line."""
    opened = _OPEN.fullmatch(given[start])
    if opened is None:
        raise misread(start + 1, "begins a block and has more in it", "write <<<<<<< SEARCH alone on it", given[start])
    own, middles = len(opened[1]), list[tuple[int, int]]()
    at = start + 1
    while at < len(given) and not _END.fullmatch(given[at]):
        line = given[at]
        if line.startswith(b"=") and (middle := _MIDDLE.fullmatch(line)) is not None:
            middles.append((at, len(middle[1])))
        elif SEARCH.match(line):
            raise misread(start + 1, f"begins a block that does not end before the next, in line {at + 1}", _SHAPE)
        elif (mark := _CONFLICT.match(line)) is not None and len(mark[1]) == own:
            raise misread(at + 1, "may be content or the end of a part", _LONGER, line)
        at += 1
    if at == len(given):
        raise misread(start + 1, "begins a block that does not end", _SHAPE)
    own_middles = [each for each in middles if each[1] == own] if len(middles) > 1 else middles
    if len(own_middles) != 1:
        what = "has no =======" if not middles else f"may be parted in line {middles[0][0] + 1} or {middles[1][0] + 1}"
        raise misread(start + 1, f"begins a block that {what}", _LONGER if middles else _SHAPE)
    parted = own_middles[0][0]
    return _Block(start, at, given[start + 1 : parted], given[parted + 1 : at])


def _part(block: _Block, name: str | None) -> FileDiff:
    """Gives what a block says; one that searches for nothing makes a new file."""
    number, named = block.start + 1, name is not None
    if block.old == block.new:
        hint = "write the lines as they stand above =======, and as they shall be below it"
        raise misread(number, "begins a block that changes nothing", hint)
    if not any(line.strip() for line in block.old):
        added = tuple(("+", line) for line in block.new)
        hunks = (ParsedHunk(number, 0, 1, added),) if added else ()
        return FileDiff(number, named, "create", None, name, None, None, hunks)
    return FileDiff(number, named, "modify", name, name, None, None, (ParsedHunk(number, None, 1, _body(block)),))


def _body(block: _Block) -> tuple[tuple[str, bytes], ...]:
    """Gives the lines with signs: what both parts begin and end with is context."""
    old, new = block.old, block.new
    head, tail = common_ends(old, new)
    kept = old[len(old) - tail :]
    removed, added = old[head : len(old) - tail], new[head : len(new) - tail]
    signed = [(" ", old[:head]), ("-", removed), ("+", added), (" ", kept)]
    return tuple((sign, line) for sign, several in signed for line in several)
