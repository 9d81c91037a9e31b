"""Publishing: chained ids that anyone can compute again, all or nothing, and what is refused."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from journal import Commit, LimitExceeded, Spool, StageChanged, UsageError, ValidationContext, WorkspaceChanged
from journal.engine import judging
from journal.limits import MESSAGE_BYTES_MAX, METADATA_MAX
from tests.engine.clerk import WAIT_S, Clerk, Patches
from tests.engine.hands import HEAD, STAGED, THEIRS, edited, edited_to_head, modified, replaced_by_folder
from tests.engine.looking import acts, counts, disk, history, rescued, shape, value


def field(data: bytes | None) -> bytes:
    return b"\xff" * 8 if data is None else len(data).to_bytes(8, "big") + data


def number(value: int) -> bytes:
    return field(value.to_bytes(8, "big", signed=True))


def digest(text: str | None) -> bytes:
    return field(None if text is None else bytes.fromhex(text))


def side(sha: str | None, mode: int | None, kind: str | None) -> bytes:
    if sha is None or mode is None or kind is None:
        return field(None) * 3
    return digest(sha) + number(mode) + field(kind.encode())


def id_of(spool: Spool, commit: Commit) -> str:
    """Names a commit anew, from what the journal says of it and from nothing of its code."""
    changes = spool.journal.changes(commit=commit.id)
    created = int(commit.created_at.timestamp()) * 1_000_000 + commit.created_at.microsecond
    metadata = json.dumps(commit.metadata, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    data = field(b"spool commit 1") + digest(commit.parent_id) + digest(commit.merged_id) + number(created)
    data += field(commit.message.encode()) + field(metadata.encode()) + number(len(changes))
    for each in sorted(changes, key=lambda change: change.path.encode("utf-8", "surrogateescape")):
        data += field(each.path.encode("utf-8", "surrogateescape"))
        data += side(each.sha_before, each.mode_before, each.kind_before)
        data += side(each.sha_after, each.mode_after, each.kind if each.sha_after is not None else None)
        data += field(None if each.renamed_from is None else each.renamed_from.encode())
    return hashlib.sha256(data).hexdigest()


def test_ids_are_chained_and_can_be_computed_again(spool: Spool) -> None:
    spool.write("a", "1")
    spool.write("\udcff", "undecodable")
    spool.symlink("link", "a")
    first = spool.commit("first", metadata={"task": 17, "ä": ["ü", None, 1.5]})
    spool.write("a", "2", mode=0o755)
    spool.move("link", "moved")
    spool.delete("\udcff")
    second = spool.commit("zweiter ü\n\nbody")
    assert first is not None
    assert second is not None
    assert (first.parent_id, second.parent_id) == (None, first.id)
    assert id_of(spool, first) == first.id
    assert id_of(spool, second) == second.id


def test_a_commit_tells_what_it_published(spool: Spool) -> None:
    spool.write("a", "one\ntwo\n")
    spool.write("binary", b"\0")
    first = spool.commit("first", metadata={"task": 17})
    spool.write("a", "one\nthree\nfour\n")
    second = spool.commit()
    assert first is not None
    assert second is not None
    assert (first.files, first.additions, first.deletions, first.metadata) == (2, 2, 0, {"task": 17})
    assert (second.files, second.additions, second.deletions, second.metadata) == (1, 2, 1, {})
    assert (second.message, second.branch, second.session_id) == ("", "main", spool.session_id)
    assert (first.cursor, second.cursor, spool.journal.cursor) == (2, 3, 3)
    assert spool.journal.head() == spool.journal.commit(second.id) == second
    assert first.created_at < second.created_at


def test_a_commit_empties_the_stage_and_leaves_the_files(spool: Spool, root: Path) -> None:
    spool.write("deep/a", "1")
    spool.delete("none")
    before = shape(root)
    spool.commit("a")
    assert shape(root) == before
    assert (spool.touched_files(), spool.diff()) == ([], [])
    assert spool.status().clean
    assert spool.reset().restored == ()


def test_a_commit_with_nothing_staged_is_none(spool: Spool) -> None:
    assert spool.commit("nothing") is None
    spool.write("a", "1")
    spool.delete("a")
    assert spool.commit("nothing") is None
    assert spool.journal.head() is None
    assert acts(spool.journal) == [("commit", "ok"), ("write", "ok"), ("delete", "ok"), ("commit", "ok")]


def test_the_change_names_the_act_that_made_it(spool: Spool) -> None:
    spool.write("a", "1")
    act = spool.write("a", "2").invocation_id
    spool.commit("a")
    assert [change.invocation_id for change in spool.journal.changes()] == [act]


def test_an_edit_by_hand_before_the_commit_is_refused(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    spool.write("b", "1")
    spool.write("c", "1")
    (root / "b").write_text("theirs")
    (root / "c").unlink()
    before, rows = shape(root), counts(spool.journal)
    with pytest.raises(WorkspaceChanged) as caught:
        spool.commit("all")
    error = caught.value
    assert (error.path, error.paths) == ("b", ("b", "c"))
    assert (error.expected, error.found) == tuple(hashlib.sha256(text).hexdigest() for text in (b"1", b"theirs"))
    assert (shape(root), spool.touched_files()) == (before, ["a", "b", "c"])
    after = counts(spool.journal)
    assert after["commits"] == rows["commits"] == 0
    assert acts(spool.journal)[-1] == ("commit", "failed")
    (root / "b").write_text("1")
    (root / "c").write_text("1")
    assert spool.commit("all") is not None


def test_a_touch_or_another_mode_before_the_commit_is_no_edit_of_content(spool: Spool, root: Path) -> None:
    spool.write("a", "1", mode=0o600)
    (root / "a").write_text("1")
    (root / "a").chmod(0o640)
    assert spool.commit("a") is not None
    assert spool.journal.tree()["a"].mode == 0o600


def test_an_edit_of_a_path_that_is_not_staged_holds_no_commit_up(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    spool.commit("a")
    (root / "a").write_text("theirs")
    spool.write("b", "1")
    assert spool.commit("b") is not None
    assert disk(root)["a"][0] == b"theirs"
    assert [entry.path for entry in spool.status().edits] == ["a"]


@pytest.mark.parametrize("message", [None, 5, b"bytes", "nul\0", "\ud800"])
def test_a_message_is_text(spool: Spool, message: Any) -> None:
    spool.write("a", "1")
    with pytest.raises(UsageError):
        spool.commit(message)
    assert spool.touched_files() == ["a"]


def test_message_and_metadata_have_bounds(spool: Spool) -> None:
    spool.write("a", "1")
    with pytest.raises(LimitExceeded) as caught:
        spool.commit("ü" * (MESSAGE_BYTES_MAX // 2 + 1))
    assert (caught.value.limit, caught.value.found) == ("MESSAGE_BYTES_MAX", MESSAGE_BYTES_MAX + 2)
    with pytest.raises(LimitExceeded) as caught:
        spool.commit("", metadata={"a": "x" * METADATA_MAX})
    assert caught.value.limit == "METADATA_MAX"
    commit = spool.commit("x" * MESSAGE_BYTES_MAX)
    assert commit is not None
    assert len(spool.journal.commit(commit.id).message) == MESSAGE_BYTES_MAX


@pytest.mark.parametrize("metadata", [{"a": {1, 2}}, [("a", 1)], "a", {1: 2}, {"a": float("inf")}])
def test_metadata_is_json(spool: Spool, metadata: Any) -> None:
    spool.write("a", "1")
    with pytest.raises(UsageError):
        spool.commit("", metadata=metadata)
    assert spool.touched_files() == ["a"]


def test_each_commit_keeps_the_end_of_the_audit_chain(spool: Spool) -> None:
    spool.write("a", "1")
    spool.commit("a")
    links = "SELECT count(*) FROM audit_link WHERE link = (SELECT audit_head FROM commits)"
    assert value(spool.journal, links) == 1


def test_a_moved_file_is_published_as_what_went_and_what_it_is_now(spool: Spool) -> None:
    spool.write("a", "1")
    spool.commit("a")
    spool.move("a", "b")
    spool.commit("moved")
    changes = spool.journal.changes(after=1)
    assert [(change.path, change.change_type) for change in changes] == [("a", "deleted"), ("b", "renamed")]


def test_a_commit_publishes_exactly_what_was_expected(spool: Spool) -> None:
    clerk = Clerk()
    spool.register_validator(clerk)
    nothing = spool.status().digest
    assert spool.commit("", expect=nothing) is None
    spool.write("a", "1")
    reviewed = spool.status().digest
    spool.write("b", "1")
    with pytest.raises(StageChanged) as caught:
        spool.commit("", expect=reviewed)
    assert (caught.value.expected, caught.value.found) == (reviewed, spool.status().digest)
    assert caught.value.exit_code == 3
    assert clerk.asked == []
    assert acts(spool.journal)[-1] == ("commit", "failed")
    spool.reset("b")
    assert spool.commit("", expect=reviewed) is not None
    with pytest.raises(StageChanged) as caught:
        spool.commit("", expect=reviewed)
    assert (caught.value.expected, caught.value.found) == (reviewed, nothing)


def test_what_was_expected_is_checked_again_after_the_judging(spool: Spool) -> None:
    def writes(patches: Patches, context: ValidationContext) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(spool.write, "b", "1").result(WAIT_S)

    spool.register_validator(writes)
    spool.write("a", "1")
    reviewed = spool.status().digest
    with pytest.raises(StageChanged) as caught:
        spool.commit("", expect=reviewed)
    assert caught.value.expected == reviewed
    assert spool.journal.head() is None


def test_what_changes_between_the_look_and_the_transaction_is_found(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[judging.Stage] = []

    def late(*arguments: Any) -> judging.Stage:
        stage = original(*arguments)
        looks.append(stage)
        return stage if len(looks) > 1 else stage._replace(rows=stage.rows[:1], generation=stage.generation - 1)

    original = judging.staged_now
    spool.write("a", "1")
    spool.write("b", "1")
    monkeypatch.setattr(judging, "staged_now", late)
    with pytest.raises(StageChanged) as caught:
        spool.commit("")
    assert (caught.value.expected, caught.value.found) == (
        looks[0]._replace(rows=looks[0].rows[:1]).digest().hex(),
        spool.status().digest,
    )
    assert spool.commit("") is not None


@pytest.mark.parametrize("expect", ["", "abc", "A" * 64, "g" * 64, "0" * 63, "0" * 64 + "\n", 5, b"0" * 64, [], True])
def test_what_is_no_digest_is_a_mistake(spool: Spool, expect: Any) -> None:
    spool.write("a", "1")
    with pytest.raises(UsageError, match="no digest"):
        spool.commit("", expect=expect)
    assert acts(spool.journal)[1:] == []
    assert spool.touched_files() == ["a"]


def test_a_commit_adopts_what_stands_there(root: Path) -> None:
    with Spool.open(root, on_conflict="adopt") as spool:
        for name in "abcd":
            spool.write(name, HEAD)
        spool.commit("head")
        for name in "abc":
            spool.write(name, STAGED)
        edited(root / "a")
        (root / "b").unlink()
        edited_to_head(root / "c")
        edited(root / "d")  # not staged, so not part of it
        commit = spool.commit("all")
        assert commit is not None
        assert [(c.path, c.change_type) for c in spool.journal.changes(commit=commit.id)] == [
            ("a", "modified"),
            ("b", "deleted"),
        ]
        assert spool.journal.blob(spool.journal.tree()["a"].sha256).read() == THEIRS
        assert (acts(spool.journal)[-2:], history(spool, "a")[-1]) == (
            [("adopt", "ok"), ("commit", "ok")],
            ("adopt", "staged", "theirs"),
        )
        assert [edit.path for edit in spool.status().edits] == ["d"]


def test_a_commit_of_edits_that_undo_all_that_is_staged_is_none(root: Path) -> None:
    with Spool.open(root, on_conflict="adopt") as spool:
        modified(spool, root)
        edited_to_head(root / "p")
        assert (spool.commit("nothing left"), spool.touched_files()) == (None, [])


def test_a_commit_writes_over_and_keeps_who_staged_it(root: Path) -> None:
    with Spool.open(root, on_conflict="overwrite") as spool:
        spool.write("other", HEAD)
        modified(spool, root)
        spool.delete("other")
        staged_by = [patch.invocation_id for patch in spool.diff()]
        edited(root / "p")
        (root / "other").write_bytes(THEIRS)
        commit = spool.commit("ours")
        assert commit is not None
        changes = spool.journal.changes(commit=commit.id)
        assert [change.invocation_id for change in changes] == staged_by
        assert disk(root) == {"p": (STAGED, 0o644, "file")}
        assert rescued(spool) == [("other", "theirs", "overwrite"), ("p", "theirs", "overwrite")]
        assert acts(spool.journal)[-2:] == [("overwrite", "ok"), ("commit", "ok")]
        assert spool.status().clean


def test_a_commit_that_cannot_write_over_publishes_nothing(root: Path) -> None:
    with Spool.open(root, on_conflict="overwrite") as spool:
        modified(spool, root)
        spool.write("q", STAGED)
        replaced_by_folder(root / "p")
        edited(root / "q")
        before = shape(root)
        with pytest.raises(WorkspaceChanged) as caught:
            spool.commit("no")
        assert caught.value.paths == ("p",)
        assert (shape(root), spool.touched_files()) == (before, ["p", "q"])
        assert acts(spool.journal)[-1] == ("commit", "failed")
