"""A pager between a command and the terminal: started by the first byte, waited for, and no error when it is quit."""

import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

from journal.cli import output

DEFAULT = ("less", "-FRX")
"""goes away by itself where one screen is enough, shows colours, and leaves what was read on the screen."""

LESS = "FRX"
"""what LESS says where nobody set it, so that `PAGER=less` shows colours too."""

HELD_BYTES = 1 << 18
"""bytes that are kept until it is sure that the pager runs: more than a pipe takes of them that nobody reads."""

NOT_STARTED = (126, 127)
"""exit codes by which a shell says that it could not start a command."""

FOR_A_SHELL = frozenset("|&;<>()$`\\\"'*?[]#~=%{}\n")
"""characters that mean something to a shell."""


class PagerLeft(Exception):
    """The pager was quit before all was written."""


def command() -> str | None:
    """Gives the command of the user's pager; None where there is none, or it is one that only copies."""
    for name in ("SPOOL_PAGER", "PAGER"):
        if (wish := os.environ.get(name)) is not None:
            return None if wish.strip() in ("", "cat") else wish
    if os.environ.get("TERM", "dumb") == "dumb" or shutil.which(DEFAULT[0]) is None:
        return None
    return shlex.join(DEFAULT)


def through(run: Callable[[], int]) -> int:
    """Runs what writes to standard output, a terminal, through the user's pager; gives its exit code, 0 when that is
    quit before all is written."""
    out = sys.stdout
    wish = command()
    if wish is None:
        return run()
    out.flush()
    pages = Pages(wish, out.fileno())
    sys.stdout = io.TextIOWrapper(pages, out.encoding, "backslashreplace", write_through=True)
    try:
        return run()
    except PagerLeft:
        return 0
    finally:
        with suppress(ValueError):
            sys.stdout.detach()  # else it would be closed when nobody holds it any more
        sys.stdout = out
        pages.finish()


class Pages(io.RawIOBase):
    """What a command writes to instead of the terminal; the first bytes start the pager."""

    def __init__(self, command: str, terminal: int) -> None:
        super().__init__()
        self._command = command
        self._terminal = terminal
        self._process: subprocess.Popen[bytes] | None = None
        self._held = bytearray()
        self._plain = False

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        """Tells that a person reads it in the end."""
        return True

    def fileno(self) -> int:
        """Gives the terminal behind the pager."""
        return self._terminal

    def write(self, data: object) -> int:
        """Hands all of the bytes on.

        Raises:
            PagerLeft: the pager was quit.
        """
        given = bytes(data)  # type: ignore[call-overload]  # whatever has bytes
        if self._process is None and not self._plain and given:
            self._start()
        if self._plain:
            _write_all(self._terminal, given)
            return len(given)
        if self._process is not None and self._process.stdin is not None:
            if len(self._held) < HELD_BYTES:
                self._held += given
            try:
                _write_all(self._process.stdin.fileno(), given)
            except BrokenPipeError:
                self._gone()
        return len(given)

    def finish(self) -> None:
        """Tells the pager that this was all, and waits until it is quit; Ctrl-C is for the pager meanwhile."""
        if self._process is None:
            return
        if self._ended() in NOT_STARTED:
            self._go_plain()

    def _start(self) -> None:
        simple = FOR_A_SHELL.isdisjoint(self._command)
        argv = shlex.split(self._command) if simple else ["sh", "-c", self._command]
        environment = os.environ | {"LESS": os.environ.get("LESS", LESS)}
        try:
            self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, env=environment, bufsize=0)
        except (OSError, ValueError) as error:
            self._complain(getattr(error, "strerror", None) or str(error))

    def _gone(self) -> None:
        """Looks why nobody reads any more.

        Raises:
            PagerLeft: as the pager was quit.
        """
        if self._ended() not in NOT_STARTED:
            self._process = None
            raise PagerLeft
        self._go_plain()

    def _go_plain(self) -> None:
        self._process = None
        self._complain("the shell could not start it")
        _write_all(self._terminal, bytes(self._held))

    def _ended(self) -> int:
        assert self._process is not None and self._process.stdin is not None  # it was started
        self._process.stdin.close()
        while True:
            with suppress(KeyboardInterrupt):
                return self._process.wait()

    def _complain(self, why: str) -> None:
        self._plain = True
        output.complain(f"spool: the pager {self._command!r} does not run: {why}; --no-pager leaves it out")


def _write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
