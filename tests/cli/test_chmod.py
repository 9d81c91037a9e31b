"""`spool chmod` sets permission bits."""

from pathlib import Path

from tests.cli.running import Runner


def test_several(committed: Runner, root: Path) -> None:
    (root / "a.txt").chmod(0o644)
    assert committed("chmod", "700", "a.txt", "src/b.txt").out.splitlines()[1] == "M  src/b.txt  mode 755 -> 700"
    assert (root / "a.txt").stat().st_mode & 0o777 == 0o700


def test_as_json(committed: Runner) -> None:
    (patch,) = committed("chmod", "0o700", "src/b.txt", "--json").json["patches"]
    assert (patch["change_type"], patch["mode_before"], patch["mode_after"]) == ("mode", 0o755, 0o700)


def test_what_is_no_mode(committed: Runner) -> None:
    assert "octal" in committed("chmod", "u+x", "a.txt", code=2).err
    committed("chmod", "77777", "a.txt", code=2)


def test_one_file_is_audited_by_the_name_of_the_verb(committed: Runner) -> None:
    committed("chmod", "755", "a.txt")
    committed("chmod", "755", "a.txt", "src/b.txt")
    last, first = committed("audit", "-n", "2", "--json").lines
    assert (first["name"], last["name"], last["request"]["description"]) == ("chmod", "batch", "chmod")
