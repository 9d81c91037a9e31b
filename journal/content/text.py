"""What a content looks like as text: whether it is some, how many lines, how a line is shown."""

from journal.limits import TEXT_SNIFF_BYTES


def is_text(head: bytes) -> bool:
    """Tells text from binary as git does: no NUL among the first bytes."""
    return head.find(b"\0", 0, TEXT_SNIFF_BYTES) < 0


def line_count(data: bytes) -> int:
    r"""Counts lines, which end at `\n` only; a last line without one counts."""
    return data.count(b"\n") + (not data.endswith(b"\n") if data else 0)


def shown(line: bytes | str, width: int) -> str:
    """Gives a line in at most `width` printable characters, control characters as escapes."""
    if isinstance(line, bytes):
        line = line[: 4 * width].decode("utf-8", "surrogateescape")  # no character has more than four bytes
    line = line[: width + 1].replace("\t", " ")
    if not line.isprintable():
        line = "".join(each if each.isprintable() else escaped(each) for each in line)
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"[:width]


def escaped(character: str) -> str:
    """Shows what would move the cursor, turn the direction or show nothing; an undecodable byte as that byte."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
