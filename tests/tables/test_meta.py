"""A journal's facts about itself."""

import time

from journal.database import Database
from journal.database.migrate import shipped
from journal.tables import meta


def test_a_fact_is_kept_over_the_one_before(database: Database) -> None:
    assert meta.get(database.look(), "token") is None
    with database.begin() as tx:
        meta.put(tx, "token", "one")
        meta.put(tx, "boot_id", "boot")
        meta.put(tx, "token", "two")
    assert meta.get(database.look(), "token") == "two"
    assert meta.get(database.look(), "boot_id") == "boot"


def test_the_facts_have_names_of_their_own() -> None:
    assert len({meta.JOURNAL_ID, meta.CREATED_AT, "boot_id", "token"}) == 4


def test_migrations_are_on_record_in_order(database: Database) -> None:
    assert meta.applied(database.look()) == [(each.version, each.name, each.sha256) for each in shipped()]
    before = time.time_ns() // 1000
    with database.begin() as tx:
        meta.add(tx, 99, "0099_later", bytes(32))
        assert before <= tx.value("SELECT applied_at FROM schema_migration WHERE version = 99")
    assert meta.applied(database.look())[-1] == (99, "0099_later", bytes(32))
