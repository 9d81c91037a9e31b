"""Random texts that try a diff: odd line ends, odd bytes, and lines that look like a diff themselves."""

import random

LINES = [
    b"a\n", b"b\n", b"c\n", b"\n", b" \n", b"\ta\n", b"a\r\n", b"\r\n", b"a\rb\n", b"\x0c\n", b"\0\n", b"\xff\xfe\n",
    "\u2028é\n".encode(), b"--- a\n", b"+++ b\n", b"-- a\n", b"@@ -1 +1 @@\n", b"\\ No newline at end of file\n",
    b"-\n", b"+\n", b" a\n", b"diff --git a/x b/x\n", b"new file mode 100644\n", b"    if x:\n", b"        return\n",
    b"}\n",
]  # fmt: skip


def text(choose: random.Random, lines_max: int, kinds: int) -> bytes:
    """A text over a few kinds of lines; every third has no newline at its end."""
    alphabet = choose.sample(LINES, kinds)
    data = b"".join(choose.choice(alphabet) for _ in range(choose.randrange(lines_max + 1)))
    return data[:-1] if data and choose.random() < 0.33 else data


def edited(choose: random.Random, data: bytes) -> bytes:
    """The same text with some lines changed, added and removed."""
    lines = data.splitlines(keepends=True) if choose.random() < 0.1 else data.split(b"\n")
    for _ in range(choose.randrange(6)):
        at = choose.randrange(len(lines) + 1)
        lines[at : at + choose.randrange(3)] = [choose.choice(LINES)[:-1] for _ in range(choose.randrange(3))]
    return b"\n".join(lines)


def pairs(seed: int, count: int, lines_max: int = 14) -> list[tuple[bytes, bytes]]:
    """So many pairs of texts: half of them unrelated, half of them an edit."""
    choose = random.Random(seed)
    made = []
    for _ in range(count):
        kinds = choose.choice((1, 2, 3, 5, 10, len(LINES)))
        before = text(choose, lines_max, kinds)
        after = text(choose, lines_max, kinds) if choose.random() < 0.5 else edited(choose, before)
        made.append((before, after))
    return made


def common(a: list[bytes], b: list[bytes]) -> int:
    """The length of a longest common subsequence, by the textbook's dynamic programme."""
    row = [0] * (len(b) + 1)
    for line in a:
        corner = 0
        for at, other in enumerate(b, 1):
            above = row[at]
            row[at] = corner + 1 if line == other else max(above, row[at - 1])
            corner = above
    return row[-1]


def common_long(a: list[bytes], b: list[bytes]) -> int:
    """The same of long texts, by a row of bits: one stays 1 where the length does not grow."""
    places: dict[bytes, int] = {}
    for at, line in enumerate(a):
        places[line] = places.get(line, 0) | 1 << at
    full = (1 << len(a)) - 1
    row = full
    for line in b:
        hits = places.get(line, 0)
        row = ((row + (row & hits)) | (row & ~hits)) & full
    return len(a) - row.bit_count()
