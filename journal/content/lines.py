r"""A content as lines, which end at `\n` and nowhere else."""

NO_NEWLINE = b"\n\\ No newline at end of file"
"""Follows a last line that has no newline: then no other line equals it, and it prints as diffs write it."""

FIRST_BYTES = 1 << 8
STEP_BYTES = 1 << 16
"""bytes compared at once, first and at most."""

WINDOW_BYTES = 1 << 13
"""looked through at once for the lines that are kept."""


def split(data: bytes) -> list[bytes]:
    """Gives the lines without their ends, the last one marked when it has none."""
    found = data.split(b"\n")
    last = found.pop()
    if last:
        found.append(last + NO_NEWLINE)
    return found


def joined(found: list[bytes]) -> bytes:
    """Gives the content whose lines `split` gave."""
    if not found:
        return b""
    data = b"\n".join(found)
    return data.removesuffix(NO_NEWLINE) if found[-1].endswith(NO_NEWLINE) else data + b"\n"


def trimmed(before: bytes, after: bytes, margin: int) -> tuple[int, bytes, bytes]:
    """Cuts off the common lines at both ends but for `margin` of them; tells how many it cut at the start."""
    head = _common_start(before, after)
    start = _line_start(before, head, margin)
    tail = _common_end(before, after, min(len(before), len(after)) - head)
    # The tail begins at a line's start when a newline stands before it: one more newline than the lines kept.
    at = _line_end(before, len(before) - tail, margin + 1)
    tail = len(before) - at
    return before.count(b"\n", 0, start), before[start:at], after[start : len(after) - tail]


def _common_start(before: bytes, after: bytes) -> int:
    most = min(len(before), len(after))
    low, step = 0, min(FIRST_BYTES, most)
    while low < most and before[low : low + step] == after[low : low + step]:
        low += step
        step = min(2 * step, STEP_BYTES, most - low)
    high = low + step
    while low < high:  # by halves: equal up to low, different before high + 1
        middle = (low + high + 1) // 2
        low, high = (middle, high) if before[low:middle] == after[low:middle] else (low, middle - 1)
    return low


def _common_end(before: bytes, after: bytes, most: int) -> int:
    n, m = len(before), len(after)
    low, step = 0, min(FIRST_BYTES, most)
    while low < most and before[n - low - step : n - low] == after[m - low - step : m - low]:
        low += step
        step = min(2 * step, STEP_BYTES, most - low)
    high = low + step
    while low < high:
        middle = (low + high + 1) // 2
        same = before[n - middle : n - low] == after[m - middle : m - low]
        low, high = (middle, high) if same else (low, middle - 1)
    return low


def _line_start(data: bytes, at: int, margin: int) -> int:
    """Goes back to the start of the line at a place, and of so many lines before it."""
    size = WINDOW_BYTES
    while True:
        low = max(0, at - size)
        parts = data[low:at].rsplit(b"\n", margin + 1)
        if len(parts) == margin + 2:
            return low + len(parts[0]) + 1
        if not low:
            return 0
        size *= 4


def _line_end(data: bytes, at: int, count: int) -> int:
    """Goes on behind so many newlines, or to the end."""
    size = WINDOW_BYTES
    while True:
        parts = data[at : at + size].split(b"\n", count)
        if len(parts) == count + 1:
            return min(at + size, len(data)) - len(parts[-1])
        if at + size >= len(data):
            return len(data)
        size *= 4
