"""Rules on what a room may touch: statements, transactions, terminal, environment, event loop."""
from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from house.source import Breach, Source, dotted

FREE = ("tests", "benchmarks")  # they look at the journal as its users do
STATEMENTS = {
    "reading": r"SELECT\s|EXPLAIN\s|WITH\s+(RECURSIVE\s+)?\w+\s*(\([^)]*\)\s*)?AS\s",
    "writing": r"INSERT\s+(OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+([\w\"]|$)|DELETE\s+FROM\s",
    "shaping": r"(CREATE|DROP)\s+(TEMP\w*\s+|UNIQUE\s+|VIRTUAL\s+)*(TABLE|INDEX|VIEW|TRIGGER)\s|ALTER\s+TABLE\s",
    "pragma": r"PRAGMA\s+",
    "transaction": r"(BEGIN(\s+IMMEDIATE|\s+DEFERRED|\s+EXCLUSIVE)?|COMMIT|ROLLBACK)(\s+TRANSACTION)?\s*;?\s*$"
    r"|ROLLBACK\s+TO\s|SAVEPOINT\s|RELEASE\s",
}
PATTERNS = {kind: re.compile(rf"(\s|--[^\n]*\n)*({pattern})") for kind, pattern in STATEMENTS.items()}
MAY_HOLD = {
    "tables": {"reading", "writing"},
    "database": {"pragma", "transaction"},
    "rescue": {"reading", "pragma"},  # of files too damaged for tables/
    "cli": {"reading"},  # examples that it shows to the user
}
HOMES = {
    "reading": "tables/",
    "writing": "tables/",
    "shaping": "migrations/",
    "pragma": "database/",
    "transaction": "database/",
}
EXITS = {"exit", "quit", "SystemExit"}
SYS_SPEECH = {"exit", "stdout", "stderr", "__stdout__", "__stderr__"}
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
READS_ENVIRONMENT = "journal/workspace/places.py"
RUNS = "journal/__main__.py"


def statements(source: Source) -> Iterator[Breach]:
    """Each kind of SQL has its home, and a string that looks like a statement elsewhere is refused."""
    if source.area in FREE:
        return
    allowed = MAY_HOLD.get(source.room, set())
    bare = {id(node.value) for node in source.nodes if isinstance(node, ast.Expr)}  # docstrings
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            kind = statement_kind(node.value)
            if kind and kind not in allowed:
                opening = " ".join(node.value.split()[:2])
                yield source.breach(node, f"a {kind} statement outside {HOMES[kind]}: {opening} ...")


def statement_kind(text: str) -> str | None:
    """Which kind of statement `text` opens with, or None."""
    return next((kind for kind, pattern in PATTERNS.items() if pattern.match(text)), None)


def speech(source: Source) -> Iterator[Breach]:
    """Only the command line and the tools print, or end the process."""
    if source.area != "journal" or source.room == "cli" or source.path == RUNS:
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and dotted(node.func) == "print":
            yield source.breach(node, "prints outside cli/")
        elif isinstance(node, ast.Name) and node.id in EXITS and isinstance(node.ctx, ast.Load):
            yield source.breach(node, f"ends the process by {node.id} outside cli/")
        elif name := _taken_from(node, "sys", SYS_SPEECH):
            yield source.breach(node, f"uses sys.{name} outside cli/")


def environment(source: Source) -> Iterator[Breach]:
    """The environment is read by the command line, and in one other module."""
    if source.area != "journal" or source.room == "cli" or source.path == READS_ENVIRONMENT:
        return
    for node in source.nodes:
        if name := _taken_from(node, "os", ENVIRONMENT):
            yield source.breach(node, f"uses os.{name} outside cli/ and {READS_ENVIRONMENT}")


def _taken_from(node: ast.AST, module: str, names: set[str]) -> str | None:
    if isinstance(node, ast.Attribute) and dotted(node.value) == module and node.attr in names:
        return node.attr
    if isinstance(node, ast.ImportFrom) and node.module == module and node.level == 0:
        return next((name.name for name in node.names if name.name in names), None)
    return None


def transactions(source: Source) -> Iterator[Breach]:
    """Only the engine begins a transaction; whoever it calls is handed one."""
    if source.area != "journal" or source.room in ("engine", "database"):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "begin":
            yield source.breach(node, "begins a transaction outside engine/")


def awaiting(source: Source) -> Iterator[Breach]:
    """Only the executors await."""
    if source.area in FREE or source.room == "executors":
        return
    for node in source.nodes:
        if isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await):
            yield source.breach(node, "awaits outside executors/")
