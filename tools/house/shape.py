"""Rules on the shape of a file: its length, that of its functions, and its docstrings."""
from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from house.source import Breach, Source, doc_node, dotted

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 40
VERB_DECORATOR = "awaited"  # a verb of Session has the docstring of the verb of Spool that it awaits
EXEMPTING_DECORATORS = {"overload", "typing.overload", VERB_DECORATOR}
IO_METHODS = {"close", "read", "read1", "readable", "readinto", "readinto1", "seek", "seekable", "tell", "writable"}
TWO_SENTENCES = re.compile(r"[.!?]\s+[A-Z]")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def file_length(source: Source) -> Iterator[Breach]:
    """A file is short enough to be read in one go."""
    lines = len(source.text.splitlines())
    if lines > FILE_LINES_MAX:
        yield Breach(source.path, FILE_LINES_MAX + 1, f"the file has {lines} lines, more than {FILE_LINES_MAX}")


def function_length(source: Source) -> Iterator[Breach]:
    """A function is a page: its docstring is not counted."""
    for node in source.nodes:
        if isinstance(node, Function):
            lines = _lines(node) - (_lines(doc) if (doc := doc_node(node)) else 0)
            if lines > FUNCTION_LINES_MAX:
                yield source.breach(node, f"{node.name} has {lines} lines, more than {FUNCTION_LINES_MAX}")


def _lines(node: Function | ast.Expr) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def module_docstring(source: Source) -> Iterator[Breach]:
    """A module opens with its purpose, in one sentence on one line."""
    if source.area == "tests" and not source.tree.body:
        return  # an empty __init__.py
    doc = ast.get_docstring(source.tree)
    if doc is None:
        yield Breach(source.path, 1, "the module has no docstring")
        return
    first = doc.partition("\n")[0].strip()
    if not first.endswith(".") or TWO_SENTENCES.search(first):
        yield Breach(source.path, 1, "the first line of the module's docstring is not one sentence with a full stop")


def docstrings(source: Source) -> Iterator[Breach]:
    """Whatever is public says what it promises."""
    if source.area != "tests":
        yield from _undocumented(source, source.tree.body, "")


def _undocumented(source: Source, body: list[ast.stmt], prefix: str, is_io: bool = False) -> Iterator[Breach]:
    for node in body:
        if isinstance(node, ast.If):  # definitions that depend on the platform or on type checking
            yield from _undocumented(source, [*node.body, *node.orelse], prefix, is_io)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            if doc_node(node) is None and not _is_exempt(node, is_io):
                yield source.breach(node, f"{prefix}{node.name} is public and has no docstring")
            if isinstance(node, ast.ClassDef):
                yield from _undocumented(source, node.body, f"{prefix}{node.name}.", _is_io_class(node))


def _is_exempt(node: ast.ClassDef | Function, is_io: bool) -> bool:
    if isinstance(node, ast.ClassDef):
        return False
    decorators = (part.func if isinstance(part, ast.Call) else part for part in node.decorator_list)
    names = [dotted(part) for part in decorators]
    if any(name in EXEMPTING_DECORATORS or name.endswith((".setter", ".deleter")) for name in names):
        return True
    return is_io and node.name in IO_METHODS


def _is_io_class(node: ast.ClassDef) -> bool:
    """Whether the class fills in methods whose promise stands in `io`."""
    return any(dotted(base).endswith("IOBase") for base in node.bases)
