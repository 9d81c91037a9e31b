"""The lines of a file by what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import ground
from journal.content.ground import Ground, loose, plain
from journal.content.lines import split
from journal.limits import PATCH_PLACES_MAX

LINES = st.lists(st.sampled_from([b"a", b"b", b" a ", b""]), max_size=30)


def test_white_space_typed_letters_and_a_missing_newline_do_not_count() -> None:
    assert loose(b"\t x  =  1 \r") == b"x = 1"
    assert loose(split(b"end")[0]) == b"end"
    assert loose("\u201ca\u201d \u2013 \u2018b\u2019\u00a0c\u2026".encode()) == b"\"a\" - 'b' c..."
    assert plain(b"caf\xe9 \xff") == b"caf\xe9 \xff"


@given(LINES, st.lists(st.sampled_from([b"a", b"b", b""]), min_size=1, max_size=4), st.integers(1, PATCH_PLACES_MAX))
def test_places_are_all_there_are_or_too_many(lines: list[bytes], wanted: list[bytes], most: int) -> None:
    found = [at for at in range(len(lines)) if [line.strip() for line in lines[at : at + len(wanted)]] == wanted]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ground, "PATCH_PLACES_MAX", most)
        made = Ground(lines).places(wanted)
    assert made == found if len(found) <= most else made in (None, found)


def test_a_scan_of_the_whole_text_is_done_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "PATCH_SCAN_BYTES_MAX", 3000)
    land = Ground([b"x"] * 1000 + [b"y"] * 100)
    assert land.places([b"x", b"y"]) == [999]
    assert land.places([b"x", b"y"]) is None
