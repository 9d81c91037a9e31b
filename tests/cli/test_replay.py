"""`spool replay` carries the commits out beside the root."""

from pathlib import Path

from tests.cli.running import Runner


def test_the_commits_are_carried_out(committed: Runner, tmp_path: Path) -> None:
    head = committed("status", "--json").json["head"]
    committed("write", "a.txt", "--text", "later\n")
    committed("commit", "-m", "later")
    out = committed("replay", "../first", "--upto", head[:9]).out
    assert out == f"1 commit carried out in ../first, up to {head[:12]}\n"
    assert (tmp_path / "first/a.txt").read_text() == "one\ntwo\nthree\n"
    told = committed("replay", str(tmp_path / "all"), "--no-verify", "--json").json
    now = committed("status", "--json").json["head"]
    assert told == {"version": 1, "into": str(tmp_path / "all"), "upto": now, "verified": False, "commits": 2}
    assert (tmp_path / "all/a.txt").read_text() == "later\n"


def test_a_folder_of_others_is_left(committed: Runner, root: Path) -> None:
    assert "not empty" in committed("replay", "..", code=2).err
    committed("replay", "", code=2)
    committed("replay", ".", code=2)
    committed("replay", "../out", "--upto", "none", code=2)


def test_before_the_first_commit(spool: Runner) -> None:
    assert spool("replay", "../out").out == "0 commits carried out in ../out\n"
