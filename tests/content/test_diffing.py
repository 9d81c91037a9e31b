"""Comparisons: as small as can be, the same everywhere, packed and previewed."""

import hashlib
import os
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import diffing, lines
from journal.errors import CorruptionError
from tests.content.texts import common, pairs


def applied(before: bytes, after: bytes, blocks: tuple[diffing.Block, ...]) -> bytes:
    """What the blocks make of before, by the lines of after."""
    a, b = before.split(b"\n"), after.split(b"\n")
    made: list[bytes] = []
    at = 0
    for old_start, old_lines, new_start, new_lines in blocks:
        made += a[at:old_start]
        made += b[new_start : new_start + new_lines]
        at = old_start + old_lines
    return b"\n".join(made + a[at:])


def test_nothing_differs() -> None:
    assert diffing.compare(b"", b"") == (0, 0, ())
    assert diffing.compare(b"a\n", b"a\n") == (0, 0, ())


def test_ends_of_contents() -> None:
    assert diffing.compare(b"", b"a") == (1, 0, ((0, 0, 0, 1),))
    assert diffing.compare(b"a\n", b"") == (0, 1, ((0, 1, 0, 0),))
    assert diffing.compare(b"a\n", b"a") == (1, 1, ((0, 1, 0, 1),))
    assert diffing.compare(b"a\nb", b"a\nb\n") == (1, 1, ((1, 1, 1, 1),))
    assert diffing.compare(b"a\r\n", b"a\n") == (1, 1, ((0, 1, 0, 1),))


def test_comparisons_are_minimal() -> None:
    for before, after in pairs(1, 3000):
        found = diffing.compare(before, after)
        a, b = lines.split(before), lines.split(after)
        assert found.additions + found.deletions == len(a) + len(b) - 2 * common(a, b)
        assert found.additions == sum(block[3] for block in found.blocks)
        assert found.deletions == sum(block[1] for block in found.blocks)
        for (start, count, new, new_count), (next_start, _, next_new, _) in zip(
            found.blocks, found.blocks[1:], strict=False
        ):
            assert start + count < next_start
            assert next_start - start - count == next_new - new - new_count
        assert diffing.unpack_blocks(diffing.pack_blocks(found.blocks)) == found.blocks


def test_large_contents() -> None:
    choose = random.Random(9)
    before = [b"line %d\n" % choose.randrange(3000) for _ in range(20_000)]
    after = list(before)
    for turn in range(50):
        after[choose.randrange(len(after))] = b"changed %d\n" % turn
    found = diffing.compare(b"".join(before), b"".join(after))
    assert (found.additions, found.deletions) <= (50, 50)
    assert applied(b"".join(before), b"".join(after), found.blocks) == b"".join(after)
    choose.shuffle(after)
    found = diffing.compare(b"".join(before), b"".join(after))
    assert applied(b"".join(before), b"".join(after), found.blocks) == b"".join(after)


def test_the_answer_does_not_hang_on_the_seed_of_hashes() -> None:
    code = (
        "import random, hashlib; from journal.content import diffing; from tests.content.texts import pairs\n"
        "choose = random.Random(3)\n"
        "big = [b'%d\\n' % choose.randrange(2000) for _ in range(9000)]\n"
        "more = pairs(2, 200) + [(b''.join(big), b''.join(choose.sample(big, 9000)))]\n"
        "print(hashlib.sha256(repr([diffing.compare(*pair) for pair in more]).encode()).hexdigest())"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONHASHSEED"} | {
        "PYTHONPATH": os.getcwd()
    }
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env=environment | {"PYTHONHASHSEED": seed}
        )
        for seed in ("0", "1", "77")
    ]
    assert len({run.stdout for run in runs}) == 1


def test_the_answer_of_this_version_is_pinned() -> None:
    """Stored blocks are asked for by DIFF_VERSION: when this fails on purpose, it goes up."""
    found = [diffing.compare(*pair) for pair in pairs(8, 300)]
    assert (diffing.DIFF_VERSION, hashlib.sha256(repr(found).encode()).hexdigest()[:16]) == (2, "632210bacb57f7db")


@given(st.lists(st.tuples(*[st.integers(0, 2**40)] * 3), max_size=20))
def test_blocks_are_packed_and_unpacked(gaps: list[tuple[int, int, int]]) -> None:
    blocks = []
    old = new = 0
    for gap, removed, added in gaps:
        blocks.append((old + gap, removed, new + gap, added))
        old, new = old + gap + removed, new + gap + added
    assert diffing.unpack_blocks(diffing.pack_blocks(blocks)) == tuple(blocks)


def test_packed_blocks_are_small_and_checked() -> None:
    assert diffing.pack_blocks(((100, 1, 100, 1), (220, 0, 220, 3))) == bytes([100, 1, 1, 119, 0, 3])
    for wrong in (b"\1", b"\1\2", b"\1\2\x80", b"\1\2\3\4"):
        with pytest.raises(CorruptionError):
            diffing.unpack_blocks(wrong)


def preview(before: bytes, after: bytes, width: int = 180) -> str:
    return diffing.preview(before, after, diffing.compare(before, after).blocks, width)


def test_previews() -> None:
    assert preview(b"a\nb\nc\n", b"a\nx\nc\nd") == "-b\n+x\n+d"
    assert preview(b"", b"\x1b[1m\n") == "+\\x1b[1m"
    assert preview(b"same\n", b"same\n") == ""
    assert preview(b"", b"x" * 500, 10) == "+xxxxxxxx…"


@given(st.binary(max_size=200), st.binary(max_size=200), st.integers(2, 60))
def test_previews_keep_their_width(before: bytes, after: bytes, width: int) -> None:
    found = preview(before, after, width)
    assert len(found) <= width
    assert all(line.isprintable() and line[0] in "+-" for line in found.split("\n") if found)
    assert (found == "") == (before == after)
