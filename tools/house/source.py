"""What every house rule works on: one parsed file, with the room it belongs to."""
from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

AREAS = ("journal", "migrations", "tools", "benchmarks", "tests", ".ci")
NOT_OURS = {"__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


@dataclass(frozen=True, order=True, slots=True)
class Breach:
    """One place where a house rule is broken."""

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    path: str
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...] = field(repr=False)

    @property
    def area(self) -> str:
        """The top-level folder: journal, tools, tests, ..."""
        return PurePosixPath(self.path).parts[0]

    @property
    def room(self) -> str:
        """The room of a file of journal/, by folder or, at the root, by module; "" for any other file and the doors."""
        parts = PurePosixPath(self.path).parts
        if parts[0] != "journal" or parts[1] in ("__init__.py", "__main__.py"):
            return ""
        return parts[1].removesuffix(".py")

    @property
    def package(self) -> tuple[str, ...]:
        """The package that a relative import starts from."""
        return PurePosixPath(self.path).parent.parts

    def breach(self, node: ast.AST, sentence: str) -> Breach:
        """A breach at the line of `node`."""
        return Breach(self.path, getattr(node, "lineno", 1), sentence)


def parse(path: str, text: str) -> Source:
    """The source of one file; SyntaxError when it is not Python."""
    tree = ast.parse(text)
    return Source(path, text, tree, tuple(ast.walk(tree)))


def files(root: Path) -> Iterator[Path]:
    """Every file of the project below `root`: those at its top, and all in its areas."""
    yield from sorted(path for path in root.iterdir() if path.is_file())
    for area in AREAS:
        for path in sorted((root / area).rglob("*")):
            if path.is_file() and NOT_OURS.isdisjoint(path.relative_to(root).parts):
                yield path


def doc_node(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> ast.Expr | None:
    """The statement that is the docstring of `node`, or None."""
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first
    return None


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of attributes on a name, else ""."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
