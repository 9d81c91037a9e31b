"""The words of a stream that `git fast-import` reads: names, persons and files, spelled so that git takes them."""

import re

from journal.content.paths import key

PLAIN = re.compile(rb"[A-Za-z0-9_./+=@,:~^%#-][A-Za-z0-9_./+=@,:~^%# -]*").fullmatch
SPECIAL = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
NO_PERSON = re.compile(rb"[\x00-\x20<>\"'\\,;:]+|\x7f+")
BEGINS_BADLY = re.compile(r"(?<=/)\.|^[.-]")
ENDS_BADLY = re.compile(r"\.(?=$|/)|\.(?=lock(?:$|/))|\.(?=\.)|(?<=/)/|/$")
DOTGIT = re.compile(rb"(?:\.git|git~1)[ .]*(?:[:\\].*)?", re.IGNORECASE | re.DOTALL).fullmatch
IGNORED = re.compile(r"[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
"""what one file system leaves out when it compares names, so that git does too."""


def ref(branch: str) -> bytes:
    """Gives the ref of a branch; what git does not take in one stands as `%` and two hex digits."""

    def escaped(found: "re.Match[str]") -> str:
        return f"%{ord(found[0]):02X}"

    name = ENDS_BADLY.sub(escaped, BEGINS_BADLY.sub(escaped, branch))
    return b"refs/heads/" + key(name)


def person(session: str) -> bytes:
    """Gives the author of what a session committed, `SESSION <SESSION@journal>`."""
    name = NO_PERSON.sub(b"-", key(session)).strip(b"-.") or b"session"
    return name + b" <" + name + b"@journal>"


def moment(micros: int) -> bytes:
    """Gives a time in microseconds as git has it: whole seconds, UTC."""
    return b"%d +0000" % (micros // 1_000_000)


def data(content: bytes) -> bytes:
    """Gives a content with its length before it."""
    return b"data %d\n%b\n" % (len(content), content)


def quoted(path: str) -> bytes:
    """Gives a path so that any bytes in it can stand in a line."""
    raw = key(path)
    if PLAIN(raw) and not raw.endswith(b" "):
        return raw
    return b'"' + b"".join(SPECIAL.get(each) or _letter(each) for each in raw) + b'"'


def mode(bits: int, kind: str) -> bytes:
    """Gives the mode of a file as git knows it: of permission bits only whether its owner may run it."""
    if kind == "symlink":
        return b"120000"
    return b"100755" if bits & 0o100 else b"100644"


def takes(path: str) -> bool:
    """Tells whether git takes a path into a tree: nothing that is `.git`, or that some file system takes for it."""
    return not any(_is_dotgit(part) for part in path.split("/"))


def _is_dotgit(part: str) -> bool:
    if "git" not in part.casefold() and not IGNORED.search(part):
        return False
    if IGNORED.sub("", part).casefold() == ".git":
        return True
    raw = key(part)
    return any(DOTGIT(raw[at:]) for at in (0, *(found.end() for found in re.finditer(rb"\\", raw))))


def _letter(each: int) -> bytes:
    return bytes([each]) if 32 <= each < 127 else b"\\%03o" % each
