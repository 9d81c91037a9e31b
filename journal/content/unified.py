"""Changes as a unified diff in git's form, byte by byte what `git apply` and GNU patch take."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from journal.content import compact, likeness, lines, paths
from journal.content.compact import Block
from journal.content.text import line_count
from journal.records import Hunk

TRIM_ABOVE = 128 << 10
"""bytes of both sides from which on it pays to split only where the changes are."""


class Side(NamedTuple):
    """One side of a patch: bytes (of a symlink, its target), permission bits, `file` or `symlink`."""

    data: bytes
    mode: int
    kind: str


class _Place(NamedTuple):
    """What a hunk spans, counted from 0, and the changes in it."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    changes: list[Block]


def around(
    before: bytes, after: bytes, blocks: Sequence[Block], context: int
) -> tuple[int, list[bytes], list[bytes], Sequence[Block]]:
    """Splits two contents for showing their changes; long ones only from the first change to the last, and around.

    Gives the number of lines left out at the start, the lines of both, and the blocks counted from where these begin.
    """
    if blocks and len(before) + len(after) > TRIM_ABOVE:
        skipped, old, new = lines.trimmed(before, after, compact.MARGIN_LINES + context)
        a = lines.split(old)
        last = blocks[-1][0] + blocks[-1][1] + context
        begins = not skipped or blocks[0][0] - context >= skipped
        if begins and (last <= skipped + len(a) or skipped + len(a) == line_count(before)):
            return skipped, a, lines.split(new), [(i - skipped, n, j - skipped, m) for i, n, j, m in blocks]
    return 0, lines.split(before), lines.split(after), blocks


def hunks(before: bytes, after: bytes, blocks: Sequence[Block], context: int) -> tuple[Hunk, ...]:
    r"""Gives the changed places as records; a missing last newline is a line of its own that begins with `\`."""
    skipped, a, b, shown = around(before, after, blocks, context)
    made = []
    for place in _places(len(a), shown, context):
        text = _body(a, b, place).decode("utf-8", "surrogateescape")
        old, new = _start(place.old_start, place.old_lines), _start(place.new_start, place.new_lines)
        made.append(
            Hunk(old + skipped, place.old_lines, new + skipped, place.new_lines, tuple(text.split("\n")))
        )
    return tuple(made)


def exchanged(before: bytes, after: bytes) -> tuple[Hunk, ...]:
    """Gives a deletion and then a creation as records, as for a file that becomes a symlink, or the other way."""
    gone = hunks(before, b"", ((0, len(lines.split(before)), 0, 0),), 0) if before else ()
    return gone + (hunks(b"", after, ((0, 0, 0, len(lines.split(after))),), 0) if after else ())


def unified(
    path: str,
    before: Side | None,
    after: Side | None,
    blocks: Sequence[Block],
    context: int,
    *,
    renamed_from: str | None = None,
    binary: bool = False,
) -> bytes:
    """Renders one path's patch; empty when git has no words for the change, such as 0o644 to 0o600.

    `blocks` are those of `compare`; where a side is missing, or is another kind of file, they are not needed. A file
    that becomes a symlink, or a symlink that becomes a file, is a deletion and then a creation.
    """
    old_path = path if renamed_from is None else renamed_from
    if before is not None and after is not None and before.kind != after.kind:
        return _section(old_path, path, before, None, (), context, binary) + _section(
            path, path, None, after, (), context, binary
        )
    return _section(old_path, path, before, after, blocks, context, binary)


def _section(
    old_path: str,
    path: str,
    before: Side | None,
    after: Side | None,
    blocks: Sequence[Block],
    context: int,
    binary: bool,
) -> bytes:
    """Renders one `diff --git`; a deletion is told by its old name only."""
    if after is None:
        path = old_path
    elif before is None:
        old_path = path
    header = _header(old_path, path, before, after, None if binary else blocks)
    old, new = before.data if before else b"", after.data if after else b""
    body = b""
    if old != new:
        old_name = _quoted(b"a/" + paths.key(old_path)) if before else b"/dev/null"
        new_name = _quoted(b"b/" + paths.key(path)) if after else b"/dev/null"
        if binary and "symlink" not in (before and before.kind, after and after.kind):
            body = b"Binary files %b and %b differ\n" % (old_name, new_name)
        else:
            body = b"--- %b\n+++ %b\n" % (_ended(old_name), _ended(new_name)) + _rendered(old, new, blocks, context)
    if not header and not body:
        return b""
    names = _quoted(b"a/" + paths.key(old_path)), _quoted(b"b/" + paths.key(path))
    return b"diff --git %b %b\n" % names + header + body


def _header(
    old_path: str, path: str, before: Side | None, after: Side | None, blocks: Sequence[Block] | None
) -> bytes:
    """Renders the lines about mode and name; how alike two contents are is told of texts, and of equal ones."""
    if before is None and after is None:
        return b""
    if before is None or after is None:
        side = after or before
        assert side is not None
        made = b"%b file mode %b\n" % (b"deleted" if after is None else b"new", _mode(side))
        return made if side.data else made + (EMPTY_CREATED if before is None else EMPTY_DELETED)
    made = b""
    if _mode(before) != _mode(after):
        made += b"old mode %b\nnew mode %b\n" % (_mode(before), _mode(after))
    if old_path != path:
        if before.data == after.data:
            made += b"similarity index 100%\n"
        elif blocks is not None:
            sizes = len(before.data), len(after.data)
            made += b"similarity index %d%%\n" % likeness.percent(lines.split(before.data), blocks, *sizes)
        made += b"rename from %b\nrename to %b\n" % (_quoted(paths.key(old_path)), _quoted(paths.key(path)))
    return made


# Without hunks git asks for the ids of both contents: those of nothing and of the empty blob.
EMPTY_CREATED = b"index 0000000..e69de29\n"
EMPTY_DELETED = b"index e69de29..0000000\n"


def _mode(side: Side) -> bytes:
    if side.kind == "symlink":
        return b"120000"
    return b"100755" if side.mode & 0o100 else b"100644"  # git knows the owner's x and nothing else


_PLAIN = re.compile(rb"[ !#-\[\]-~]*").fullmatch
_NAMED = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
_QUOTED = [_NAMED.get(c, bytes((c,)) if 0x20 <= c < 0x7F else b"\\%03o" % c) for c in range(256)]


def _quoted(name: bytes) -> bytes:
    """Quotes a name as git does by default: only when it has to, other bytes than ASCII in octal."""
    return name if _PLAIN(name) else b'"' + b"".join([_QUOTED[byte] for byte in name]) + b'"'


def _ended(name: bytes) -> bytes:
    """Ends a name that holds a blank by a tab, or readers would take what follows the blank for a time."""
    return name + b"\t" if b" " in name else name


def _rendered(old: bytes, new: bytes, blocks: Sequence[Block], context: int) -> bytes:
    skipped, a, b, shown = around(old, new, blocks, context)
    if not old or not new:
        shown = ((0, len(a), 0, len(b)),)
    made = []
    for place in _places(len(a), shown, context):
        old_span = _span(place.old_start + skipped, place.old_lines)
        new_span = _span(place.new_start + skipped, place.new_lines)
        made.append(b"@@ -%b +%b @@" % (old_span, new_span))
        made.append(_body(a, b, place))
    return b"\n".join(made) + b"\n"


def _places(old_lines: int, blocks: Sequence[Block], context: int) -> list[_Place]:
    """Groups changes whose context would meet."""
    groups: list[list[Block]] = []
    for block in blocks:
        if groups and block[0] - (groups[-1][-1][0] + groups[-1][-1][1]) <= 2 * context:
            groups[-1].append(block)
        else:
            groups.append([block])
    made = []
    for group in groups:
        first, last = group[0], group[-1]
        lead = min(context, first[0])
        trail = min(context, old_lines - last[0] - last[1])
        old_span = last[0] + last[1] + trail - first[0] + lead
        new_span = last[2] + last[3] + trail - first[2] + lead
        made.append(_Place(first[0] - lead, old_span, first[2] - lead, new_span, group))
    return made


def _body(a: list[bytes], b: list[bytes], place: _Place) -> bytes:
    """Renders the lines of a hunk, without a newline at the end."""
    parts: list[bytes] = []
    at = place.old_start
    for old_start, old_lines, new_start, new_lines in place.changes:
        _put(parts, b" ", a[at:old_start])
        at = old_start + old_lines
        _put(parts, b"-", a[old_start:at])
        _put(parts, b"+", b[new_start : new_start + new_lines])
    _put(parts, b" ", a[at : place.old_start + place.old_lines])
    return b"\n".join(parts)


def _put(parts: list[bytes], sign: bytes, some: list[bytes]) -> None:
    if some:
        parts.append(sign + (b"\n" + sign).join(some))


def _start(start: int, count: int) -> int:
    return start + 1 if count else start  # of no lines, the one before the place


def _span(start: int, count: int) -> bytes:
    return b"%d" % (start + 1) if count == 1 else b"%d,%d" % (_start(start, count), count)
