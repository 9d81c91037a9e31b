"""Taking the rows of an act back: what is staged is as it was before the act, and its promises are gone."""

from journal.database import Write
from journal.ids import BranchId, InvocationId
from journal.tables import intents, sessions, staged
from journal.tables.staged import StagedRow


def take_back(tx: Write, branch: BranchId, act: InvocationId) -> None:
    """Restores the staged rows that an act replaced, and forgets its promises and the folders it was to make."""
    own = [intent for intent in intents.open_ones(tx, branch) if intent.act_id == act]
    staged.drop(tx, branch, [intent.path_id for intent in own if intent.prior is None])
    priors = [(intent.path_id, intent.prior) for intent in own if intent.prior is not None]
    staged.put(tx, [StagedRow(branch, path_id, before, after, edit) for path_id, (edit, before, after) in priors])
    made = [(path_id, made_by) for _, path_id, made_by in staged.folders(tx, branch)]
    staged.unmade(tx, branch, [path_id for path_id, made_by in made if made_by == act])
    intents.done(tx, branch, [act])
    sessions.bump(tx, branch)
