"""Where a change is shown best, when several places tell the same."""

from collections.abc import Sequence

Block = tuple[int, int, int, int]
"""Start and number of the old lines, start and number of the new ones, counted from 0."""

SLIDE_MAX = 100
"""lines a change is moved at most."""

LOOK_LINES = 20
"""lines looked at beyond blank ones for an indentation."""

MARGIN_LINES = SLIDE_MAX + LOOK_LINES + 5
"""common lines that must stand around the changes, so that what is cut off beyond them changes nothing."""

INDENT_MAX = 200

SPACE = 0x20


def blocks(kept_a: bytearray, kept_b: bytearray) -> list[Block]:
    """Turns marks of common lines into the changes between them."""
    made: list[Block] = []
    i = j = 0
    n, m = len(kept_a), len(kept_b)
    while i < n or j < m:
        next_i, next_j = kept_a.find(0, i), kept_b.find(0, j)
        step = min((next_i if next_i >= 0 else n) - i, (next_j if next_j >= 0 else m) - j)
        i, j = i + step, j + step
        end_i, end_j = kept_a.find(1, i), kept_b.find(1, j)
        end_i, end_j = end_i if end_i >= 0 else n, end_j if end_j >= 0 else m
        if end_i > i or end_j > j:
            made.append((i, end_i - i, j, end_j - j))
        i, j = end_i, end_j
    return made


def compacted(a: Sequence[bytes], b: Sequence[bytes], changes: list[Block]) -> list[Block]:
    """Slides pure insertions and deletions to their best place, and joins changes that meet on the way.

    `def f` … `return` inserted before another `def` may be shown from any of its lines on; the place at blank lines and
    low indentation is how a person would say it. On equal scores the lowest place wins, as in git.
    """
    waiting = changes[::-1]
    done: list[Block] = []
    while waiting:
        block = waiting.pop()
        old_start, old_lines, new_start, new_lines = block
        if old_lines and new_lines:
            done.append(block)
            continue
        text, start, length = (b, new_start, new_lines) if new_lines else (a, old_start, old_lines)
        gap_up = old_start - (done[-1][0] + done[-1][1]) if done else min(old_start, new_start)
        up = _room_up(text, start, length, gap_up)
        if done and up == gap_up:
            waiting.append(_joined(done.pop(), _moved(block, -up)))
            continue
        gap_down = waiting[-1][0] - old_start - old_lines if waiting else len(text)
        down = _room_down(text, start, length, gap_down)
        if waiting and down == gap_down:
            waiting.append(_joined(_moved(block, down), waiting.pop()))
            continue
        done.append(_moved(block, _best(text, start, length, up, down)) if up or down else block)
    return done


def _joined(first: Block, second: Block) -> Block:
    return first[0], first[1] + second[1], first[2], first[3] + second[3]


def _moved(block: Block, by: int) -> Block:
    return block[0] + by, block[1], block[2] + by, block[3]


def _room_up(text: Sequence[bytes], start: int, length: int, gap: int) -> int:
    most = min(gap, SLIDE_MAX)
    room = 0
    while room < most and text[start - room - 1] == text[start + length - room - 1]:
        room += 1
    return room


def _room_down(text: Sequence[bytes], start: int, length: int, gap: int) -> int:
    most = min(gap, SLIDE_MAX, len(text) - start - length)
    room = 0
    while room < most and text[start + room] == text[start + length + room]:
        room += 1
    return room


def _best(text: Sequence[bytes], start: int, length: int, up: int, down: int) -> int:
    """Finds the move to the place with the lowest score; both its edges are judged."""
    edges: dict[int, int] = {}
    best, best_score = 0, -1
    for move in range(down, -up - 1, -1):
        score = 0
        for at in (start + move, start + move + length):
            if at not in edges:
                edges[at] = _edge(text, at)
            score += edges[at]
        if best_score < 0 or score < best_score:
            best, best_score = move, score
    return best


def _edge(text: Sequence[bytes], at: int) -> int:
    """Scores an edge between two lines; the lower, the better it parts what stands above from what stands below."""
    if at == 0 or at >= len(text):
        return 0
    if text[at - 1][:1] > b" " and text[at][:1] > b" ":
        return 10  # neither is blank or indented
    above, below = _indent(text, at - 1, -1), _indent(text, at, 1)
    score = 4 * below
    if not text[at].strip():
        score += 6  # a blank line belongs to what stands above it
    elif text[at - 1].strip():
        score += 10  # nothing parts the two
    if below > above:
        score += 12  # between a heading and its body
    elif below < above and text[at - 1].strip():
        score += 5  # before the line that closes a body
    return score


def _indent(text: Sequence[bytes], at: int, step: int) -> int:
    """Gives the columns before the first line with something on it, from a place on."""
    for _ in range(LOOK_LINES):
        if not 0 <= at < len(text):
            return 0
        line = text[at]
        if line:
            if line[0] > SPACE:
                return 0
            bare = line.lstrip(b" \t")
            if bare and bare.strip():
                blank = line[: len(line) - len(bare)]
                return min(len(blank) + 7 * blank.count(b"\t"), INDENT_MAX)
        at += step
    return 0
