"""What an absolute path means below a root that may be spelled in several ways."""

from pathlib import Path

import pytest

from journal.errors import PathRefused
from journal.workspace.inside import below


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A root, and two symlinks to it: beside it, and to the folder above it."""
    real = tmp_path.resolve() / "real"
    (real / "root" / "deep").mkdir(parents=True)
    (real.parent / "to root").symlink_to(real / "root")
    (real.parent / "to above").symlink_to(real)
    (real / "root" / "within").symlink_to("deep")
    (real / "root" / "self").symlink_to(".")
    return real.parent


@pytest.mark.parametrize(
    "spelled", ["real/root", "to root", "to above/root", "real/root/", "real//root", "real/./root"]
)
@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("a", "a"), ("deep/a", "deep/a"), ("not/there", "not/there"), ("within/a", "within/a"), ("self/a", "self/a"),
        ("", "."), ("deep/", "deep/"),
    ],
)  # fmt: skip
def test_the_root_is_taken_off(place: Path, spelled: str, path: str, left: str) -> None:
    assert below(str(place / "real/root"), f"{place}/{spelled}/{path}") == left


@pytest.mark.parametrize(
    "path", ["", "real", "real/other", "real/rooty/a", "real/root/../root/a", "real/other/../root/a", "\0", "\ud800"]
)
def test_what_lies_elsewhere_is_refused(place: Path, path: str) -> None:
    with pytest.raises(PathRefused, match="does not lie in the root") as caught:
        below(str(place / "real/root"), f"{place}/{path}")
    assert caught.value.hint


def test_the_root_of_the_system_is_a_root(place: Path) -> None:
    assert below("/", "/etc/passwd") == "etc/passwd"
