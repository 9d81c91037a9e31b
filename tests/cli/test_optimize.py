"""`spool optimize` packs what is kept, and says what it came to."""

from tests.cli.running import Runner


def versions(runner: Runner) -> None:
    """Some versions of a text, so that there is something to pack."""
    for number in range(6):
        text = "".join(f"line {line} of {line * 7919 % 101} {number if line == 9 else ''}\n" for line in range(200))
        runner("write", f"copy{number}.txt", "--text", text)
        runner("commit", "-m", f"{number}")


def test_it_says_what_it_came_to(committed: Runner) -> None:
    versions(committed)
    told = committed("optimize").out
    assert " before, " in told and " now: " in told and told.endswith("packed smaller\n")
    assert committed("optimize").out.startswith("It is packed as small as it gets: ")
    assert "sound" in committed("verify", "--full").out


def test_it_says_so_in_json(committed: Runner) -> None:
    versions(committed)
    done = committed("optimize", "--json").json
    assert done["chunks"] > 0 and done["blobs"] == 0 and done["bytes_after"] <= done["bytes_before"]
    assert committed("optimize", "--json").json["chunks"] == 0


def test_the_name_that_others_have_for_it_is_answered(committed: Runner) -> None:
    assert "optimize" in committed("gc", code=2).err


def test_gaps_that_are_closed_are_no_chunks(committed: Runner) -> None:
    versions(committed)
    committed("optimize")
    committed("prune", "--keep-commits", "1", "--yes")
    told = committed("optimize").out
    assert "0 chunks" not in told and (" now\n" in told or "as small as it gets" in told)
