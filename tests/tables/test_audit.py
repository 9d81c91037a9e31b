"""Rows of acts as they are read, and the place of a link in the chain."""

from journal.ids import FIRST_LINK
from journal.tables import audit
from journal.tables.audit import Wanted
from journal.tables.invocations import Asked, Chain, Outcome
from tests.tables import rows


def test_pages_in_both_orders_start_past_an_act() -> None:
    database = rows.migrated()
    with database.begin() as tx:
        at, other = rows.home(tx), rows.home(tx, "other")
        numbers = [rows.act(tx, at if n % 2 else other, started_at=n) for n in range(6)]
        Chain(tx).open(Asked(at.session, "shell", "ls", "{}", 9))
        look = tx
        up = audit.page(look, Wanted(), 0, 4, newest_first=False)
        assert [act.id for act in up] == numbers[:4]
        down = audit.page(look, Wanted(kind="spool"), 0, 2, newest_first=True)
        assert [act.id for act in down] == numbers[:3:-1]
        assert [act.id for act in audit.page(look, Wanted(kind="spool"), down[-1].id, 9, newest_first=True)] == numbers[
            3::-1
        ]
        mine = audit.page(look, Wanted(session=at.session), 0, 9, newest_first=False)
        assert [act.session for act in mine] == ["session-main"] * 4
        assert [act.name for act in audit.page(look, Wanted(state="running"), 0, 9, newest_first=False)] == ["ls"]
        found = audit.by_number(look, numbers[0])
        assert found is not None and (found.session, found.state, found.duration_us) == ("session-other", "ok", 5)
        assert audit.by_number(look, 99) is None


def test_the_chain_is_compared_by_place_and_link() -> None:
    database = rows.migrated()
    with database.begin() as tx:
        at = rows.home(tx)
        assert audit.tip(tx) == (0, FIRST_LINK)
        assert audit.link_at(tx, 0) == FIRST_LINK
        chain = Chain(tx)
        chain.record(Asked(at.session, "spool", "write", "{}", 1), Outcome("ok", 2, 1))
        assert audit.tip(tx) == (2, chain.link)
        assert audit.link_at(tx, 2) == chain.link != audit.link_at(tx, 1)
        assert audit.link_at(tx, 3) is None
