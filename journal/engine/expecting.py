"""What a caller takes a path to hold, checked in the moment in which the verb looks at it."""

from journal.engine.slots import Slot, differs_from_expected
from journal.errors import WorkspaceChanged
from journal.records.operations import ABSENT, checked_expect


def hold(slot: Slot, expect: str | None) -> bool:
    """Refuses a path that does not hold what `expect` names; None is anything, `absent` is nothing.

    Tells whether the caller so named an edit that someone else made: who knows its digest has read it, and the verb may
    go on over it. Nothing is lost: the edit's content is kept in the journal before the file is replaced.

    Raises:
        WorkspaceChanged: it holds something else. UsageError: `expect` is no digest.
    """
    wanted = checked_expect(expect)
    if wanted is None:
        return False
    found = None if slot.after is None else slot.after.sha256.hex()
    if found != (None if wanted == ABSENT else wanted):
        holds = "does not exist" if found is None else f"holds {found[:12]}…"
        expected = "nothing" if wanted == ABSENT else f"{wanted[:12]}…"
        raise WorkspaceChanged(
            f"{slot.path!r} {holds}, expected was {expected}",
            hint="read it again, then repeat the call with the digest of what it holds",
            path=slot.path,
            expected=None if wanted == ABSENT else wanted,
            found=found,
            paths=(slot.path,),
        )
    consents = not slot.adopted and differs_from_expected(slot)
    slot.adopted = slot.adopted or consents
    return consents
