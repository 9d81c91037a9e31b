"""Comparisons: as small as can be, the same everywhere, packed and previewed."""

import hashlib
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import _cases
from journal.content import diffing, lcs, lines
from journal.content.diffing import compare
from journal.errors import CorruptionError
from tests.content import digest
from tests.content.applying import NEEDS_GIT
from tests.content.histories import packages, this_checkout, versions
from tests.content.texts import LINES, common, common_long, edited, pairs, text


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
    assert compare(b"", b"") == (0, 0, ())
    assert compare(b"a\n", b"a\n") == (0, 0, ())


def test_ends_of_contents() -> None:
    assert compare(b"", b"a") == (1, 0, ((0, 0, 0, 1),))
    assert compare(b"a\n", b"") == (0, 1, ((0, 1, 0, 0),))
    assert compare(b"a\n", b"a") == (1, 1, ((0, 1, 0, 1),))
    assert compare(b"a\nb", b"a\nb\n") == (1, 1, ((1, 1, 1, 1),))
    assert compare(b"a\r\n", b"a\n") == (1, 1, ((0, 1, 0, 1),))


def test_comparisons_are_minimal() -> None:
    for before, after in pairs(1, 20_000):
        found = compare(before, after)
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
    found = compare(b"".join(before), b"".join(after))
    assert (found.additions, found.deletions) <= (50, 50)
    assert applied(b"".join(before), b"".join(after), found.blocks) == b"".join(after)
    choose.shuffle(after)
    found = compare(b"".join(before), b"".join(after))
    assert applied(b"".join(before), b"".join(after), found.blocks) == b"".join(after)


def test_long_comparisons_are_minimal_where_that_is_promised() -> None:
    choose = random.Random(11)
    for before, after in pairs(10, 60, 40):
        a, b = lines.split(before), lines.split(after)
        assert common_long(a, b) == common(a, b)
    some = [text(choose, 1500, choose.choice((2, 5, 26))) for _ in range(60)]
    sides = list(pairwise(some)) + [(each, edited(choose, edited(choose, each))) for each in some]
    sides += packages(60) + versions(60) + this_checkout(60)
    exact = 0
    for before, after in sides:
        found = compare(before, after)
        a, b = lines.split(before), lines.split(after)
        both = set(a) & set(b)
        work = sum(line in both for line in a) * sum(line in both for line in b)
        size = len(a) + len(b) - 2 * common_long(a, b)
        assert found.additions + found.deletions >= size
        if work <= lcs.EXACT_WORK:
            exact += 1
            assert found.additions + found.deletions == size
    assert exact >= 120


@NEEDS_GIT
@pytest.mark.parametrize("count", [300, 1000, 10_000])
def test_never_more_lines_than_git(tmp_path: Path, count: int) -> None:
    for case in _cases.families(count):
        before, after = case.texts()
        found = compare(before, after)
        assert applied(before, after, found.blocks) == after
        wanted = _cases.git_lines(tmp_path, before, after)
        assert wanted is not None
        assert found.additions + found.deletions <= wanted, case.name


@pytest.mark.parametrize("count", [300, 10_000])
def test_what_is_made_against_the_search_is_found_though_longer(count: int) -> None:
    for case in _cases.crafted(count):
        before, after = case.texts()
        assert applied(before, after, compare(before, after).blocks) == after


def test_the_margin_of_trimming_changes_nothing_where_lines_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    choose = random.Random(14)
    ends = b"a\n" * 200, b"\n  b\n" * 3  # the common start ends where the common end, read backwards, does not yet
    sides = [(b"".join(ends), b"a\n".join(ends))]
    for _ in range(500):
        kinds = choose.choice((1, 2, 3, 6))
        head, middle, tail = (text(choose, most, kinds) for most in (400, 20, 400))
        if choose.random() < 0.5:
            head, tail = (b"".join((choose.sample(LINES, kinds) * 300)[:300]) for _ in range(2))
        sides.append((head + middle + tail, head + edited(choose, middle) + tail))
    monkeypatch.setattr(diffing, "TRIM_ABOVE", -1)
    trimmed = [compare(*each) for each in sides]
    monkeypatch.setattr(diffing, "TRIM_ABOVE", 1 << 40)
    for each, found in zip(sides, trimmed, strict=True):
        assert compare(*each) == found


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs for other processes to compare: odd ones, real ones, and some of each search."""
    cases = [each.texts() for count in (300, 6000) for each in _cases.families(count) + _cases.crafted(count)]
    place = tmp_path_factory.mktemp("corpus") / "pairs"
    digest.keep(place, pairs(2, 2000) + cases + packages(40) + this_checkout(40))
    return place


def test_the_answer_does_not_hang_on_the_seed_of_hashes(corpus: Path) -> None:
    assert len({told(sys.executable, corpus, seed) for seed in ("0", "1", "77")}) == 1


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_the_answer_is_that_of_every_python(corpus: Path, version: str) -> None:
    python = _cases.pythons().get(version)
    if python is None:
        pytest.skip(f"there is no CPython {version} here")
    assert told(python, corpus, "5") == told(sys.executable, corpus, "0")


def told(python: str, corpus: Path, seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-s", str(digest.__file__), str(corpus)]
    run = subprocess.run(command, capture_output=True, check=False, env=environment)
    if b"ModuleNotFoundError" in run.stderr:
        pytest.skip(run.stderr.decode(errors="replace").splitlines()[-1])
    assert run.returncode == 0, run.stderr.decode(errors="replace")
    return run.stdout


def test_the_answer_of_this_version_is_pinned() -> None:
    """Stored blocks are asked for by DIFF_VERSION: when this fails on purpose, it goes up."""
    found = [compare(*pair) for pair in pairs(8, 300)]
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
    return diffing.preview(before, after, compare(before, after).blocks, width)


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
