"""States: made of columns or of nothing, and compared by what matters."""

import pytest

from journal.records import ChangeType
from journal.tables.states import ABSENT, State, change_type, same_content, state_of
from tests.tables import rows
from tests.tables.rows import Side

FILE = rows.state(Side(b"a"))
OTHER = rows.state(Side(b"b"))
RUNS = FILE._replace(mode=0o755)
LINK = FILE._replace(kind="symlink", mode=0o777)


def test_a_state_is_made_of_all_its_columns_or_of_none() -> None:
    assert state_of(FILE.sha256, 1, 1, 0o644, "file") == FILE
    assert state_of(FILE.sha256, 1, 0, 0o644, "file") == FILE._replace(is_text=False)
    assert state_of(None, None, 0, None, None) is None
    assert ABSENT == (None, None, None)


@pytest.mark.parametrize("lacking", range(4))
def test_a_state_that_lacks_a_column_is_none(lacking: int) -> None:
    sha, size, mode, kind = [None if at == lacking else value for at, value in enumerate((b"x", 1, 0o644, "file"))]
    assert state_of(sha, size, 1, mode, kind) is None  # type: ignore[arg-type]  # the list mixes the four types


@pytest.mark.parametrize(
    ("before", "after", "same", "kind"),
    [
        (None, None, True, "created"),
        (None, FILE, False, "created"),
        (FILE, None, False, "deleted"),
        (FILE, OTHER, False, "modified"),
        (FILE, RUNS, True, "mode"),
        (FILE, LINK, False, "modified"),
        (FILE, OTHER._replace(mode=0o755), False, "modified"),
        (FILE, FILE, True, "modified"),
    ],
    ids=["nothing", "created", "deleted", "content", "mode", "kind", "content and mode", "none"],
)
def test_the_difference_has_a_name(before: State | None, after: State | None, same: bool, kind: ChangeType) -> None:
    assert same_content(before, after) is same
    assert change_type(before, after) == kind
