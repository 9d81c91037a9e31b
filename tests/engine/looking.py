"""What a test sees of a root and of its journal, and other processes that work at them."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from journal import FilePatch, Journal, Spool

Shape = dict[str, tuple[int, ...]]
Contents = dict[str, tuple[bytes, int, str]]

HOLD = """
import sys
from journal import Spool
with Spool.open(sys.argv[1]) as spool:
    print(spool.session_id, flush=True)
    sys.stdin.readline()
"""


def names(root: Path) -> list[str]:
    """Every path below a root, folders too, without what is the journal's."""
    found = []
    for folder, below, files in os.walk(root):
        inside = os.path.relpath(folder, root)
        if inside == "." and ".spool" in below:
            below.remove(".spool")
        found += [os.path.normpath(os.path.join(inside, name)) for name in [*below, *files]]
    return sorted(found)


def shape(root: Path) -> Shape:
    """What lstat tells of every path: mode, inode, size, links and both times."""
    found: Shape = {}
    for name in names(root):
        s = os.lstat(root / name)
        found[name] = (s.st_mode, s.st_ino, s.st_size, s.st_nlink, s.st_mtime_ns, s.st_ctime_ns)
    return found


def disk(root: Path) -> Contents:
    """Content, permission bits and kind of every file and symlink."""
    found: Contents = {}
    for name in names(root):
        s = os.lstat(root / name)
        if stat.S_ISLNK(s.st_mode):
            found[name] = (os.fsencode(os.readlink(root / name)), 0o777, "symlink")
        elif stat.S_ISREG(s.st_mode):
            found[name] = ((root / name).read_bytes(), stat.S_IMODE(s.st_mode), "file")
    return found


def inode(path: Path) -> int:
    """The number of what stands at a path."""
    return os.lstat(path).st_ino


def mode(path: Path) -> int:
    """The permission bits of what stands at a path."""
    return stat.S_IMODE(os.lstat(path).st_mode)


def temp_files(root: Path) -> list[str]:
    """What waits in the temp folder."""
    return sorted(os.listdir(root / ".spool" / "tmp"))


def counts(journal: Journal) -> dict[str, int]:
    """How many rows each table has."""
    listed = journal.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    each = [f"SELECT '{row['name']}' AS name, count(*) AS n FROM {row['name']}" for row in listed]
    return {row["name"]: row["n"] for row in journal.query(" UNION ALL ".join(each))}


def value(journal: Journal, sql: str, *parameters: Any) -> Any:
    """The one value that a query gives."""
    rows = journal.query(sql, parameters)
    assert len(rows) == 1
    assert len(rows[0]) == 1
    return next(iter(rows[0].values()))


def acts(journal: Journal) -> list[tuple[str, str]]:
    """Name and state of every audited act, in order."""
    rows = journal.query("SELECT name, state FROM audit ORDER BY invocation_id")
    return [(row["name"], row["state"]) for row in rows]


def run(code: str, *arguments: str | Path, status: int = 0) -> str:
    """Runs Python in another process, and gives what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == status, done.stderr
    return done.stdout


@contextmanager
def held(root: Path, code: str = HOLD) -> Iterator[subprocess.Popen[str]]:
    """Lets another process hold a root until it is sent a line, or the block ends."""
    command = [sys.executable, "-c", code, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip()
        try:
            yield process
        finally:
            let_go(process)


def let_go(process: "subprocess.Popen[str]") -> None:
    """Ends the other process's session, and waits until it is over."""
    if process.poll() is None:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        process.wait()


def by_path(patches: Sequence[FilePatch]) -> list[tuple[str, str | None, str | None]]:
    """Path and both digests of patches, by path bytes, a rename told as two: what went, and what came."""
    found = [(p.path, None if p.renamed_from else p.sha_before, p.sha_after) for p in patches]
    found += [(p.renamed_from, p.sha_before, None) for p in patches if p.renamed_from]
    return sorted(found, key=lambda each: each[0].encode("utf-8", "surrogateescape"))


def history(spool: Spool, path: str) -> list[tuple[str, str | None, str | None]]:
    """Act, content before and content after of every edit of a path, in order."""
    sql = "SELECT a.name, f.sha_before, f.sha_after FROM file_history AS f JOIN audit AS a USING (invocation_id)"
    rows = spool.journal.query(sql + " WHERE f.path = ? ORDER BY f.edit_id", [path])
    return [(row["name"], text(spool, row["sha_before"]), text(spool, row["sha_after"])) for row in rows]


def text(spool: Spool, digest: str | None) -> str | None:
    """The first word of a content."""
    return None if digest is None else spool.journal.blob(digest).read().split()[0].decode()


def rescued(spool: Spool) -> list[tuple[str, str | None, str]]:
    """Path, content and reason of what was kept before it was written over."""
    sql = "SELECT p.name, lower(hex(b.sha256)) AS sha, r.reason FROM rescued AS r JOIN path AS p ON p.id = r.path_id"
    rows = spool.journal.query(sql + " JOIN blob AS b ON b.id = r.blob_id ORDER BY r.id")
    return [(row["name"], text(spool, row["sha"]), row["reason"]) for row in rows]
