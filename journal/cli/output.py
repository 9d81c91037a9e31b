"""What the user sees: lines for people, JSON for programs, colours on a terminal only."""

import json
import os
import re
import select
import shutil
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from journal.records import plain

VERSION = 1
"""of the JSON documents: a key may be added at any time, none changes its meaning while this number stands."""

STYLES = {"bold": "1", "dim": "2", "reverse": "7", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
CONTROL_BUT_TAB = re.compile(CONTROL.pattern.replace(r"\x00-\x1f", r"\x00-\x08\x0a-\x1f"))


class Screen:
    """Standard output as one command sees it; `plain` is without colours, headings and advice."""

    def __init__(self, arguments: Namespace) -> None:
        self.json = bool(arguments.json)
        self.plain = bool(arguments.plain) or self.json
        self.terminal = is_terminal(sys.stdout)
        self.colour = not self.plain and coloured(self.terminal)

    @property
    def for_people(self) -> bool:
        """Tells whether eyes read this: then what could steer a terminal is shown, not sent."""
        return self.terminal or self.colour

    @property
    def width(self) -> int:
        """Gives the columns there are; 80 when nobody says."""
        return max(shutil.get_terminal_size().columns, 40)

    def paint(self, text: str, *styles: str) -> str:
        """Colours a text, or leaves it when there are no colours."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(STYLES[style] for style in styles)}m{text}\x1b[0m"

    def line(self, text: str = "") -> None:
        """Writes one line."""
        write(encoded(text + "\n", self.for_people))

    def advice(self, text: str) -> None:
        """Writes a line that says what to do next; `--plain` leaves it out."""
        if not self.plain:
            self.line(self.paint(text, "dim"))

    def raw(self, data: bytes) -> None:
        """Writes bytes as they are."""
        write(data)

    def document(self, data: Mapping[str, Any]) -> None:
        """Writes the one JSON document of a command."""
        write(as_json({"version": VERSION, **plain(data)}, indent=2))

    def record(self, data: Mapping[str, Any]) -> None:
        """Writes one line of a stream of JSON documents."""
        write(as_json({"version": VERSION, **plain(data)}))


def as_json(data: Any, indent: int | None = None) -> bytes:
    """Writes JSON as UTF-8; half a character becomes its escape, so that the line stays JSON."""
    return (json.dumps(data, ensure_ascii=False, indent=indent) + "\n").encode("utf-8", "backslashreplace")


def encoded(text: str, for_people: bool) -> bytes:
    r"""Gives a text as bytes, whatever names are in it.

    A byte that is not UTF-8 shows as `\xff` to people, and goes through a pipe as it is.
    """
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
    if not for_people:
        return data
    visible = data.decode("utf-8", "backslashreplace")
    return visible.encode(getattr(sys.stdout, "encoding", None) or "utf-8", "backslashreplace")


def write(data: bytes) -> None:
    """Writes bytes to standard output, also when that is a text buffer of a test or of a caller."""
    stream = sys.stdout
    if stream is None:
        return  # closed by the shell: `spool … >&-`
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(data.decode("utf-8", "backslashreplace"))
        return
    stream.flush()
    rest = memoryview(data)
    while rest:  # where Python does not buffer, a pipe takes less than it is given
        rest = rest[binary.write(rest) or 0 :]


def flush() -> None:
    """Hands what was written on to whoever reads standard output."""
    if sys.stdout is not None:
        sys.stdout.flush()


def reader_is_gone() -> bool:
    """Tells whether standard output is a pipe that nobody reads any more, without writing to it."""
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)  # what went wrong is told in any case
        return any(what & (select.POLLERR | select.POLLHUP) for _, what in poll.poll(0))
    except (OSError, ValueError, AttributeError):
        return False  # no file of the system


def complain(text: str) -> None:
    """Writes a line to standard error; what no longer reads it is no reason to fail."""
    if sys.stderr is None:
        return
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "backslashreplace")
    visible = data.decode("utf-8", "backslashreplace")
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    try:
        sys.stderr.write(visible.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stderr.flush()
    except OSError:
        return


def is_terminal(stream: TextIO | None) -> bool:
    """Tells whether a person sits at a stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False  # closed


def coloured(terminal: bool) -> bool:
    """Decides on colours as terminal programs agreed: NO_COLOR, CLICOLOR_FORCE, TERM=dumb, else on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return terminal and os.environ.get("TERM") != "dumb" and os.environ.get("CLICOLOR") != "0"


def shown(name: str, pattern: re.Pattern[str] = CONTROL) -> str:
    r"""Gives a name as one harmless piece of a line: a line end in it shows as `\x0a`."""
    return pattern.sub(lambda found: escape(found[0]), name)


def escape(character: str) -> str:
    """Names a character by its number."""
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def columns(text: str) -> int:
    """Counts the columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from journal.content import columns  # here, as few names need it

    return columns.columns(text)


def padded(text: str, width: int) -> str:
    """Fills a text with blanks to so many columns."""
    return text + " " * (width - columns(text))


def fitted(text: str, width: int) -> str:
    """Cuts a text to so many columns, keeping its end, where the name of a file stands."""
    if columns(text) <= width:
        return text
    kept = text
    while columns(kept) > max(width - 3, 1):
        kept = kept[1:]
    return "..." + kept


def sentence(text: str) -> str:
    """Gives a clause a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", ":")) else ".")


def listed(names: Sequence[str], most: int = 5) -> str:
    """Names some things in a row: the first of them, and how many there are besides."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(shown, names[:most])) + more


def plural(count: int, one: str, many: str = "") -> str:
    """Says how many there are of a thing."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def size(count: int | None) -> str:
    """Says a number of bytes in the unit that people would."""
    if count is None:
        return "nothing"
    if count < 1024:
        return f"{count} B"
    power = min((count.bit_length() - 1) // 10, 4)
    return f"{count / 1024**power:.1f} {('KiB', 'MiB', 'GiB', 'TiB')[power - 1]}"
