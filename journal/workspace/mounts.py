"""Whether a folder's file system is one on which a write-ahead log is safe."""

import os
import re

from journal.errors import StorageError

LOCAL_TYPES = frozenset(
    {
        *("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "jfs", "reiserfs", "nilfs2"),
        *("tmpfs", "ramfs", "rootfs", "overlay", "overlayfs", "aufs", "ubifs", "jffs2", "ecryptfs"),
        *("apfs", "hfs", "hfsplus", "ufs", "vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk"),
    }
)
"""types whose locks and shared memory hold between the processes of one machine; whatever is not here is refused."""

# Services that copy files one by one, and so tear a database from its log. By the names their programs give the folder.
_SYNCED = re.compile(
    r"(Dropbox|OneDrive|Google Drive|GoogleDrive)([ -].*|\(.*)?"
    r"|My Drive|Mobile Documents|iCloud Drive|iCloudDrive|CloudStorage"
)
_ESCAPE = re.compile(r"\\([0-7]{3})")
_CURE = "Set SPOOL_HOME to a folder on a local disk, or name a file there with journal=."


def refuse_unsafe_mount(folder: str, mountinfo: str = "/proc/self/mountinfo") -> None:
    """Lets a folder pass that lies on a local disk; it need not exist yet.

    Raises:
        StorageError: it lies on a network file system, on one that is not known, or in a folder that a service syncs.
    """
    real = os.path.realpath(folder)
    synced = next((part for part in real.split("/") if _SYNCED.fullmatch(part)), None)
    if synced is not None:
        raise StorageError(f"the journal's folder {real!r} lies in {synced!r}, which a cloud service syncs", hint=_CURE)
    try:
        with open(mountinfo, encoding="utf-8", errors="surrogateescape") as file:
            found = _mount_of(real, file.read())
    except FileNotFoundError:
        return  # no /proc: macOS, or a bare chroot
    if found is None:
        return
    point, kind = found
    if kind not in LOCAL_TYPES:
        message = f"the journal's folder {real!r} lies on a file system of type {kind!r} (mounted at {point!r})"
        raise StorageError(f"{message}, which is not known to keep a write-ahead log safe", hint=_CURE)


def _mount_of(real: str, mountinfo: str) -> tuple[str, str] | None:
    """The mount point with its type; of two at one point the later one, which covers the other."""
    best: tuple[str, str] | None = None
    for line in mountinfo.split("\n"):
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = _unescaped(fields[4])
        inside = point == "/" or real == point or real.startswith(point + "/")
        if inside and (best is None or len(point) >= len(best[0])):
            best = point, after.split(" ")[0]
    return best


def _unescaped(field: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), field)
