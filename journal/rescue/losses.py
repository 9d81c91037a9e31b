"""What a salvage could not bring back, gathered up to a bound, and what it did bring."""

from collections import Counter
from collections.abc import Iterable

from journal.limits import SALVAGE_FINDINGS_MAX, SALVAGE_LOST_MAX
from journal.records import Finding, Lost, SalvageReport, VerifyReport

KEEP = "keep the damaged file: what is missing here is in no other place, but for backups and the root itself"
GIVE = "give it to its root by `spool attach`"


class Losses:
    """The losses so far, in the order in which they were found; of those beyond the bound only the number is kept."""

    def __init__(self) -> None:
        self._lost = dict[Lost, None]()
        self._findings = dict[Finding, None]()
        self._more = Counter[str]()

    def lose(self, commit: bytes | None, path: str, sha: bytes | None, reason: str) -> None:
        """Says that a path's state at a commit is gone; no commit: what was staged or kept aside."""
        lost = Lost(None if commit is None else commit.hex(), path, None if sha is None else sha.hex(), reason)
        if len(self._lost) < SALVAGE_LOST_MAX:
            self._lost[lost] = None
        elif lost not in self._lost:
            self._more["lost"] += 1

    def find(self, code: str, subject: str, message: str, *, error: bool = True) -> None:
        """Says that something is not as it was."""
        finding = Finding(code, "error" if error else "warning", subject, message, KEEP)
        if error or len(self._findings) < SALVAGE_FINDINGS_MAX:
            self._findings[finding] = None
        elif finding not in self._findings:
            self._more["findings"] += 1

    @property
    def any(self) -> bool:
        """Tells whether anything was lost at all."""
        return bool(self._lost)

    def report(self, journal_id: str, recovered: dict[str, int], found: VerifyReport) -> SalvageReport:
        """Tells it all, with what the new journal's own verification finds."""
        for what, number in sorted(self._more.items()):
            self.find(f"more-{what}", str(number), f"{number} more are not listed")
        findings = (*self._findings, *found.findings)
        ok = not self._lost and not any(each.severity == "error" for each in findings)
        return SalvageReport(ok, found.checked, findings, journal_id, recovered, tuple(self._lost))


def tell_broken(losses: Losses, broken: Iterable[tuple[str, int]], unproven: int, unreadable: int) -> None:
    """Says which trees are damaged: of a table whose rows nothing else tells of that is a loss, else only a warning."""
    counted = Counter(table for table, _ in dict.fromkeys(broken))
    for table, pages in sorted(counted.items()):
        losses.find("page", table, f"{pages} of its places in the file are damaged", error=table in ALONE)
    if unproven:
        losses.find("wal", "frames", f"{unproven} of the log are damaged; their pages are as they were before")
    if unreadable:
        losses.find("disk", "pages", f"the disk does not give {unreadable} of them", error=False)


ALONE = frozenset({"made_dir", "intent", "staged", "rescued", "follower"})
"""tables whose rows nothing else tells of: what is gone from them is not known."""
