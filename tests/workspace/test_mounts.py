"""Only folders on local file systems pass."""

import os
from pathlib import Path

import pytest

from journal.errors import StorageError
from journal.workspace import mounts

TABLE = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:30 / /net rw - nfs4 server:/export rw
31 22 0:31 / /net/local rw master:3 propagate_from:2 - xfs /dev/vdb rw
32 22 0:32 / /with\040space rw - 9p host rw
33 22 0:33 / /twice rw - ext4 /dev/vdc rw
34 33 0:34 / /twice rw - fuse.sshfs far rw
35 22 0:35 / /odd rw - newfs x rw
36 22 0:36 / /caf""" + "\u00e9" + r""" rw - virtiofs x rw
broken line
"""


@pytest.fixture
def table(tmp_path: Path) -> str:
    (tmp_path / "mountinfo").write_text(TABLE, encoding="utf-8")
    return str(tmp_path / "mountinfo")


@pytest.mark.parametrize("folder", ["/", "/state/spool", "/net/local", "/net/local/x", "/network", "/odd2"])
def test_local_ones_pass(table: str, folder: str) -> None:
    mounts.refuse_unsafe_mount(folder, table)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/net", "nfs4"),
        ("/net/x", "nfs4"),
        ("/with space/x", "9p"),
        ("/twice/x", "fuse.sshfs"),
        ("/odd", "newfs"),
        ("/caf\u00e9/x", "virtiofs"),
    ],
)
def test_others_are_refused_with_the_cure(table: str, folder: str, kind: str) -> None:
    with pytest.raises(StorageError) as caught:
        mounts.refuse_unsafe_mount(folder, table)
    assert kind in str(caught.value) and "SPOOL_HOME" in caught.value.hint and "journal=" in caught.value.hint


@pytest.mark.parametrize("kind", ["cifs", "smb3", "smbfs", "nfs", "fuse.rclone", "fuse", "afs", "ceph", "vboxsf"])
def test_shared_file_systems_are_on_no_list(kind: str) -> None:
    assert kind not in mounts.LOCAL_TYPES


@pytest.mark.parametrize(
    "name", ["Dropbox", "Dropbox (Team)", "OneDrive - Works", "Google Drive", "Mobile Documents", "CloudStorage"]
)
def test_synced_folders_are_refused_also_without_a_table(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError) as caught:
        mounts.refuse_unsafe_mount(str(tmp_path / name / "x"), str(tmp_path / "none"))
    assert name in str(caught.value) and "SPOOL_HOME" in caught.value.hint


def test_a_symlink_is_followed_to_its_mount(tmp_path: Path, table: str) -> None:
    os.symlink("/net/x", tmp_path / "link")
    with pytest.raises(StorageError):
        mounts.refuse_unsafe_mount(str(tmp_path / "link"), table)


def test_like_names_are_not_synced_folders(tmp_path: Path, table: str) -> None:
    mounts.refuse_unsafe_mount("/dropboxes/OneDriver/x", table)
    mounts.refuse_unsafe_mount("/x", str(tmp_path / "none"))


def test_the_machine_s_own_table_is_read(tmp_path: Path) -> None:
    mounts.refuse_unsafe_mount(str(tmp_path))
