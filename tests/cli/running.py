"""Runs the command line in this process, and keeps what it wrote."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from journal.cli import output
from journal.cli.main import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command wrote; bytes that are not UTF-8 as surrogate escapes."""

    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document, checked for its version."""
        document = json.loads(self.out)
        assert document["version"] == 1
        assert self.out.endswith("}\n")
        return document

    @property
    def lines(self) -> list[Any]:
        """The lines of a stream, each a document."""
        documents = [json.loads(line) for line in self.out.splitlines()]
        assert all(document["version"] == 1 for document in documents)
        return documents


class Runner:
    """Runs `spool` in a folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[bytes], patch: pytest.MonkeyPatch) -> None:
        """Looks at nothing yet."""
        self.folder = folder
        self.capture = capture
        self.patch = patch

    def __call__(self, *argv: str, code: int = 0, stdin: bytes = b"", coloured: bool = False) -> Done:
        """Runs one command; its exit code must be `code`, and it must neither trace back nor colour a pipe."""
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.capture.readouterr()
        found = main(["-C", str(self.folder), *argv])
        out, err = (part.decode("utf-8", "surrogateescape") for part in self.capture.readouterr())
        assert found == code, f"exit code {found}:\n{out}{err}"
        assert "Traceback" not in err
        assert "unexpected" not in err
        assert coloured or output.is_terminal(sys.stdout) or "\x1b" not in out + err
        return Done(out, err)

    def at(self, folder: Path) -> Runner:
        """The same, started in another folder."""
        return Runner(folder, self.capture, self.patch)
