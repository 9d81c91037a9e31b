"""What SQL of the user may do: read, and ask about the schema."""

import apsw

READING = frozenset({apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_RECURSIVE, apsw.SQLITE_FUNCTION})

PRAGMAS = frozenset(
    {
        *("table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"),
        *("database_list", "function_list", "collation_list", "compile_options"),
    }
)
"""they only tell; a value names what about."""

NUMBERS = frozenset({"user_version", "application_id", "schema_version", "page_size", "page_count", "freelist_count"})
"""they tell, unless they are given a value."""

FUNCTIONS_REFUSED = frozenset({"load_extension", "fts3_tokenizer"})


def allows_reading(code: int, first: str | None, second: str | None) -> bool:
    """Tells whether an action that SQLite's authorizer names is one of reading."""
    if code == apsw.SQLITE_PRAGMA:
        name = (first or "").lower()
        return name in PRAGMAS or (name in NUMBERS and second is None)
    if code == apsw.SQLITE_FUNCTION:
        return second is None or second.lower() not in FUNCTIONS_REFUSED
    return code in READING
