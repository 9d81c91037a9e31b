"""Paths that cannot stand side by side are found, and no others."""

from journal.content import layout


def test_a_file_is_no_folder() -> None:
    assert layout.blocked(["a", "b/c", "b/c/d/e", "ab/c"]) == [("b/c/d/e", "b/c")]


def test_parts_and_wholes_have_room() -> None:
    assert layout.too_long(["ab/cd", "abc", "é/x", "a/b/c/d/e"], 2, 7) == ["abc", "a/b/c/d/e"]


def test_spellings_of_one_file_are_twins() -> None:
    assert layout.twins(["a/b", "A/c", "a/c", "\u00e9", "e\u0301", "straße", "STRASSE"]) == [
        ("a/c", "A/c"),
        ("e\u0301", "\u00e9"),
        ("STRASSE", "straße"),
    ]
    assert layout.twins(["a", "A/b"]) == [("A/b", "a")]
    assert layout.twins(["a", "b", "ac"]) == []


def test_paths_that_come_and_go_are_never_one_file() -> None:
    standing = layout.Standing()
    assert [standing.come(path) for path in ("a/Name", "a/other", "A/third", "a/Name")] == [None] * 4
    assert standing.come("a/name") == "a/Name"
    assert standing.come("A") in ("a/Name", "a/other", "A/third")
    assert standing.come("a/OTHER/below") == "a/other"
    standing.leave("a/Name")
    standing.leave("a/Name")
    assert standing.come("a/name") is None
    for path in ("a/name", "a/other", "A/third"):
        standing.leave(path)
    assert standing.come("A") is None
    assert standing.come("a/b") == "A"
