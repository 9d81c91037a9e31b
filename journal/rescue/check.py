"""Whether a journal is what it must be: every invariant in turn, each giving what it found wrong."""

from collections.abc import Callable, Iterator

from journal.database import Database, Read
from journal.errors import JournalError
from journal.records import Finding, Progress, VerifyReport
from journal.rescue import chains, contents, memo, places, rows, trees
from journal.rescue.codes import Findings, finding
from journal.rescue.gauge import Gauge

Checked = dict[str, int]
Check = Callable[[Read, Checked], Iterator[Finding]]

QUICK: tuple[Check, ...] = (
    rows.schema, rows.references, rows.migrations, rows.counts, chains.audit, chains.commits,
    rows.heads, trees.trees, trees.staged, rows.blobs,
)  # fmt: skip
AROUND: tuple[Check, ...] = (places.followers, places.sessions, places.intents)


def check(
    database: Database, *, full: bool = False, root: str | None = None, progress: Progress | None = None
) -> VerifyReport:
    """Looks at a whole journal; damage is a finding, never an exception.

    Quick it leaves out the bytes of contents; `full` reads them all, a few at a time, and holds no snapshot meanwhile.
    `root` is a folder whose files are compared with what is staged and committed. Progress counts bytes of the file,
    then of the contents; what it raises ends the verification, and is raised.

    Raises:
        UnknownName: the journal knows no such root.
    """
    if root is not None:
        places.refuse_unknown(database, root)
    findings, checked, gauge = Findings(), Checked(), Gauge(progress)
    _run(findings, gauge, places.log(database.path, checked), "log")
    try:
        with database.read() as look:
            gauge.total = rows.file_bytes(look) + (contents.total(look) if full else 0)
            with database.ticking(gauge.tell):
                _run(findings, gauge, rows.pages(look, checked, full=full), "pages")
            if full and (findings.tells("integrity") or findings.tells("unreadable")):
                _run(findings, gauge, rows.names(look), "names")
                _run(findings, gauge, rows.named(look), "names")
            gauge.add(rows.file_bytes(look))
            for each in QUICK:
                _run(findings, gauge, each(look, checked), each.__name__)
                gauge.tell()
            for each in AROUND if full else ():
                _run(findings, gauge, each(look, checked), each.__name__)
        if full:
            _run(findings, gauge, contents.Contents(database, gauge).findings(checked), "contents")
            _run(findings, gauge, memo.patches(database, checked, gauge), "patches")
        if root is not None:
            _run(findings, gauge, places.disk(database, root, checked, gauge), "disk")
    except JournalError as error:
        gauge.reraise()
        findings.add(finding("unreadable", database.path, str(error)))
    gauge.end()
    listed = findings.all()
    return VerifyReport(not any(each.severity == "error" for each in listed), checked, listed)


def _run(findings: Findings, gauge: Gauge, found: Iterator[Finding], name: str) -> None:
    """Runs one check; what cannot be read ends it with a finding, and those that it made before stay."""
    try:
        for each in found:
            findings.add(each)
    except Exception as error:  # whatever damage makes of a row, it is told and not raised
        gauge.reraise()
        findings.add(finding("unreadable", name, f"{type(error).__name__}: {error}"))
