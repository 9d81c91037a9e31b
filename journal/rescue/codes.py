"""Every kind of damage that a verification knows, by its code: how grave it is, what it means, what to do about it."""

from typing import Literal, NamedTuple

from journal.limits import FINDINGS_PER_CODE_MAX
from journal.records import Finding

RESTORE = "bring back a copy of the journal"
EVIDENCE = "keep a copy of the file: the audit was changed outside the journal"
ANOTHER = "name a file that `spool init` made"
REOPEN = "open its root for changes once, as `spool recover` does: what was left open is mended then"
LOOK = "see `spool status`; nothing is lost, the journal holds what it says"


class Meaning(NamedTuple):
    """What a code stands for; `full` tells that only a full verification looks for it."""

    severity: Literal["error", "warning"]
    meaning: str
    cure: str
    full: bool = False


CODES: dict[str, Meaning] = {
    # the file
    "missing": Meaning("error", "there is no such file", "name an existing journal, or bring back a copy of it"),
    "not-a-file": Meaning("error", "a folder or a device stands there", ANOTHER),
    "empty": Meaning("error", "the file has no bytes", RESTORE),
    "not-a-database": Meaning("error", "the file is no SQLite database, or its first page is destroyed", RESTORE),
    "not-a-journal": Meaning("error", "it is the database of another program", ANOTHER),
    "unfinished": Meaning("error", "the file was made and never given its tables and its id", REOPEN),
    "newer": Meaning("error", "a later release made it", "install a newer spool-journal; the file was left as it is"),
    "older": Meaning("warning", "it has an earlier format", "open its root for changes once: that brings it forward"),
    "wal-left": Meaning("warning", "a process died and left a log beside the file; what is in it counts", REOPEN),
    "unreadable": Meaning("error", "a part cannot be read, so that it was not checked to its end", RESTORE),
    "integrity": Meaning("error", "pages or indexes are damaged, or hold what their table forbids", RESTORE),
    # its schema and its rows
    "schema": Meaning("error", "a table, index, view or trigger is not as the migrations make it", RESTORE),
    "schema-foreign": Meaning("warning", "somebody added a table, index or view", "drop it with the tool that made it"),
    "migration": Meaning("error", "it was made by scripts that this release does not ship", RESTORE),
    "reference": Meaning("error", "a row names another one that is not there", RESTORE),
    "branch-head": Meaning("error", "a branch does not stand at its newest commit", RESTORE),
    "head-entry": Meaning("error", "the tree at head is not what the commits made", RESTORE),
    "tree": Meaning("error", "a change does not begin where the commits before it left its path", RESTORE),
    "staged": Meaning("error", "what is staged is not what its last edit made", RESTORE),
    # audit and commits
    "audit-chain": Meaning("error", "a link of the audit chain does not follow from the one before", EVIDENCE),
    "audit-missing": Meaning("error", "the audit chain tells of an act that is gone", EVIDENCE),
    "audit-edited": Meaning("error", "an act is not as it was when it was written", EVIDENCE),
    "audit-unlinked": Meaning("error", "the audit chain does not tell of an act as it stands", EVIDENCE),
    "audit-cut": Meaning("error", "the end of the audit chain that a commit was written after is gone", EVIDENCE),
    "commit-id": Meaning("error", "the id of a commit does not follow from what it says", RESTORE),
    "commit-count": Meaning("error", "a commit has other changes than it counts", RESTORE),
    "commit-order": Meaning("error", "the commits of a branch are not one after the other", RESTORE),
    "rename": Meaning("error", "a path is renamed from one that its commit does not delete", RESTORE),
    # contents
    "chunk-missing": Meaning("error", "a piece of a content is not there", RESTORE),
    "blob-size": Meaning("error", "a content has another size than its pieces together", RESTORE),
    "chunk-digest": Meaning("error", "a piece has other bytes than its digest says", RESTORE, full=True),
    "chunk-base": Meaning("error", "a piece is told by its difference to one that is damaged", RESTORE, full=True),
    "blob-digest": Meaning("error", "a content cannot be read as its digest says", RESTORE, full=True),
    "blob-facts": Meaning("error", "a content is text, or has lines, otherwise than its row says", RESTORE, full=True),
    "patch": Meaning("error", "a diff that is remembered is not the one of its contents", RESTORE, full=True),
    "blob-pending": Meaning("warning", "a large content has not arrived", REOPEN, full=True),
    # what stands around it
    "follower": Meaning("error", "a follower has acknowledged more than there is", RESTORE, full=True),
    "session-left": Meaning("warning", "a session is open whose process is gone", REOPEN, full=True),
    "intent-left": Meaning("warning", "a change of the disk was promised and never closed", REOPEN, full=True),
    "mark-left": Meaning("warning", "a file is not known to have survived the last restart", REOPEN, full=True),
    "disk-staged": Meaning("warning", "the root holds something else than is staged", LOOK, full=True),
    "disk-committed": Meaning("warning", "the root holds something else than is committed", LOOK, full=True),
    "more": Meaning("error", "there are more findings of one code than are listed", "see the others of that code"),
}


def finding(code: str, subject: str, message: str) -> Finding:
    """Makes a finding, with the severity and the cure of its code."""
    known = CODES[code]
    return Finding(code, known.severity, subject, message, known.cure)


class Findings:
    """The findings of one verification, each once, so many of a code at the most."""

    def __init__(self) -> None:
        self._listed: dict[Finding, None] = {}
        self._counts: dict[str, int] = {}

    def add(self, found: Finding) -> None:
        """Takes a finding; beyond limits.FINDINGS_PER_CODE_MAX it only counts."""
        if found in self._listed:  # two checks may come upon the same
            return
        count = self._counts[found.code] = self._counts.get(found.code, 0) + 1
        if count <= FINDINGS_PER_CODE_MAX:
            self._listed[found] = None

    def tells(self, code: str) -> bool:
        """Tells whether there is any of a code."""
        return code in self._counts

    def all(self) -> tuple[Finding, ...]:
        """Lists them in the order in which they came, and tells of what codes there are more."""
        over = ((code, count - FINDINGS_PER_CODE_MAX) for code, count in self._counts.items())
        more = [finding("more", code, f"{left} more are not listed") for code, left in over if left > 0]
        return (*self._listed, *more)
