"""The page that `spool demo` writes: numbered steps in the present tense, and claims, each with its proof."""

import sys
import textwrap
from argparse import Namespace
from typing import NamedTuple

from journal.cli import output
from journal.cli.output import Screen

INDENT = "    "
WIDTH_MAX = 100


class Claim(NamedTuple):
    """Something that the demonstration says, and whether it is so."""

    step: int
    claim: str
    proof: str
    holds: bool


class Page(Screen):
    """Standard output as a page with a margin; silent when one JSON document is asked for."""

    def __init__(self, arguments: Namespace) -> None:
        super().__init__(arguments)
        self.claims: list[Claim] = []
        self.number = 0

    @property
    def width(self) -> int:
        """Gives the columns between the margins."""
        return min(super().width, WIDTH_MAX) - len(INDENT)

    def line(self, text: str = "") -> None:
        """Writes one line inside the margin, at once."""
        if not self.json:
            super().line(INDENT + text if text else "")
            if sys.stdout is not None:
                sys.stdout.flush()

    def step(self, title: str, *sentences: str) -> None:
        """Opens the next step, and tells what is about to happen."""
        self.number += 1
        self.line()
        if not self.json:
            super().line(self.paint(f"{self.number:>2}  {title}", "bold"))
        for each in textwrap.wrap(" ".join(sentences), self.width):
            self.line(each)

    def claim(self, holds: bool, text: str, proof: str = "") -> None:
        """Says that something is so, or that it is not."""
        self.claims.append(Claim(self.number, text, proof, bool(holds)))
        mark = self.paint("ok", "green") if holds else self.paint("NO", "red", "bold")
        joined = f"{text}  {self.paint(output.shown(proof), 'dim')}" if proof else text
        self.line(f"{mark}  {joined}")
