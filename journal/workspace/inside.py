"""What an absolute path means below a root, whichever way the root is spelled in it."""

import os

from journal.errors import PathRefused


def below(root: str, path: str) -> str:
    """Takes the root off an absolute path; the root may be named through symlinks, at any place above it.

    What lies below the root is not looked at.

    Raises:
        PathRefused: the path does not lie in the root.
    """
    if ".." not in path.split("/"):
        ends = [1, *(at for at, letter in enumerate(path) if letter == "/" and at), len(path)]
        for end in ends:
            if path[:end] == root or _real(path[:end]) == root:
                return path[end:].lstrip("/") or "."
    reason = "it does not lie in the root"
    raise PathRefused(f"{path!r} is refused: {reason}", hint=f"name a file in {root!r}", path=path, reason=reason)


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # a NUL, or a lone surrogate: nothing on disk is called so
        return ""
