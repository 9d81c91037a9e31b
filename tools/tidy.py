"""Checks the house rules: prints one line a breach, and nothing when there is none."""
from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from house import imports, reach, shape, words
from house.source import Breach, Source, files, parse

RULES: tuple[Callable[[Source], Iterator[Breach]], ...] = (
    imports.downward,
    imports.private_names,
    reach.statements,
    reach.speech,
    reach.environment,
    reach.transactions,
    reach.awaiting,
    shape.file_length,
    shape.function_length,
    shape.module_docstring,
    shape.docstrings,
)


def breaches(root: Path) -> list[Breach]:
    """Every breach in the project at `root`, by path and line."""
    found: list[Breach] = []
    sources: list[Source] = []
    for path in files(root):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # data of a test
        found.extend(words.loose_words(name, text))
        if path.suffix == ".sql" and path.parent == root / "migrations":
            found.extend(words.commented_tables(name, text))
        if path.suffix == ".py":
            try:
                sources.append(parse(name, text))
            except SyntaxError as error:
                found.append(Breach(name, error.lineno or 1, "this is not Python"))
    for source in sources:
        for rule in RULES:
            found.extend(rule(source))
    found.extend(imports.words_in_no_circle(sources))
    found.extend(words.numbered_migrations((root / "migrations").glob("*.sql")))
    return sorted(set(found))


def main() -> int:
    """Prints the breaches of the checkout; returns 1 when there is any."""
    found = breaches(Path(__file__).resolve().parent.parent)
    for breach in found:
        print(breach)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
