"""Results that survive: what is read, what is kept, what is on the disk, and who may write."""
import hashlib
import json
import os

import pytest

from classroom.grade import journal as journals
from classroom.grade.journal import Journal, JournalError, read_results, supersede, superseded
from classroom.grade.read.submissions import Submission


def handed_in(folder, count):
    submissions = []
    for n in range(count):
        path = folder / f"learner{n:02d}" / "01.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"notebook {n}", encoding="utf-8")
        submissions.append(Submission(learner=f"learner{n:02d}", name=f"learner{n:02d}/01.ipynb", path=path))
    return submissions


def record(submission, **more):
    return {"learner": submission.learner, "submission": submission.name, "lesson": "01_dot_product_attention",
            "sha256": hashlib.sha256(submission.path.read_bytes()).hexdigest(), "status": "graded",
            "isolation": "full", "exercises": [{}], "seed": 5, "points": 7, **more}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_it_goes_on_where_it_was_torn(tmp_path):
    submissions, path = handed_in(tmp_path, 4), tmp_path / "out" / "results.jsonl"
    with Journal(path, submissions) as journal:
        assert journal.open == submissions
        journal.write(submissions[2], record(submissions[2]))
        journal.write(submissions[0], record(submissions[0]))
        journal.write(submissions[0], record(submissions[0], points=0))
        assert path.read_bytes().count(b"\n") == 2, "on the disk at once"
    assert [line["learner"] for line in lines(path)] == ["learner00", "learner02"], "in the batch's order"
    with path.open("ab") as file:
        file.write(b'{"learner": "learner01", "submissi')
    with Journal(path, submissions) as again:
        assert [submission.learner for submission in again.open] == ["learner01", "learner03"]
        assert [found["learner"] for found in again.records()] == ["learner00", "learner02"] and again.seed == 5
        assert again.records()[0]["points"] == 7, "the first record counts"
        again.write(submissions[1], record(submissions[1]))
    assert len(lines(path)) == 3, "nothing was written behind the torn line"


@pytest.mark.parametrize(("change", "settings"), [
    ({"status": "grader error"}, {}), ({"status": "missing"}, {}), ({"sha256": "0"}, {}), ({"sha256": None}, {}),
    ({"lesson": "02_x"}, {"lesson": "01"}), ({"lesson": None}, {"lesson": "00"}), ({"lesson": "10_x"}, {"lesson": "1"}),
    ({}, {"seed": 6}), ({}, {"seed": 0}), ({"isolation": "partial"}, {"isolation": "full"}),
    ({"isolation": None}, {"isolation": "partial"}),
])
def test_what_no_longer_holds_is_graded_again(tmp_path, change, settings):
    submissions, path = handed_in(tmp_path, 1), tmp_path / "results.jsonl"
    path.write_text(json.dumps(record(submissions[0], **change)) + "\nnull\n[]\n{}\n\xff", encoding="latin-1")
    with Journal(path, submissions, **settings) as journal:
        assert journal.open == submissions and journal.records() == []
    path.write_text(json.dumps(record(submissions[0])))
    with Journal(path, submissions, lesson="01_dot_product_attention", seed=5, isolation="full") as journal:
        assert journal.open == []


def test_what_was_never_run_needed_no_isolation(tmp_path):
    submissions, path = handed_in(tmp_path, 2), tmp_path / "results.jsonl"
    unread = record(submissions[0], status="unreadable", exercises=[], isolation="none")
    path.write_text(json.dumps(unread) + "\n" + json.dumps(record(submissions[1], isolation="partial")))
    with Journal(path, submissions, isolation="full") as journal:
        assert (journal.open, journal.records(), journal.less_isolated) == ([submissions[1]], [unread], 1)
        assert journal.notice().startswith("1 submissions were graded with less isolation than full")


@pytest.mark.parametrize("seed", [0, 5])
def test_the_seed_is_used_again(tmp_path, seed):
    submissions, path = handed_in(tmp_path, 2), tmp_path / "results.jsonl"
    path.write_text(json.dumps(record(submissions[0], seed=seed)))
    with Journal(path, submissions) as journal:
        assert journal.seed == seed
    with Journal(tmp_path / "other.jsonl", submissions) as one, Journal(tmp_path / "third.jsonl", submissions) as other:
        assert one.seed != other.seed, "drawn"


def test_records_of_other_batches_stay(tmp_path):
    submissions, path = handed_in(tmp_path, 3), tmp_path / "results.jsonl"
    others = [record(submissions[2], isolation="none", status="grader error"), record(submissions[1], points=1)]
    path.write_text("".join(json.dumps(other) + "\n" for other in others))
    with Journal(path, submissions[:1], isolation="full") as journal:
        assert journal.open == submissions[:1] and journal.records() == []
        journal.write(submissions[0], record(submissions[0]))
    assert lines(path) == [*others, record(submissions[0])]


def test_duplicates(tmp_path):
    """The same learner and name twice is one submission; of two records the later one counts."""
    submissions, path = handed_in(tmp_path, 2), tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(record(submissions[0], points=n)) + "\n" for n in (1, 2)))
    with Journal(path, [submissions[0], submissions[1], submissions[1], submissions[0]]) as journal:
        assert journal.open == [submissions[1]] and [r["points"] for r in journal.records()] == [2]
    assert len(lines(path)) == 1
    elsewhere = Submission("somebody", submissions[0].name, submissions[0].path)
    with Journal(path, [submissions[0], elsewhere]) as journal:
        assert journal.open == [elsewhere], "the same name of another learner is another submission"


def test_what_is_no_record_is_left_out(tmp_path):
    path, good = tmp_path / "results.jsonl", {"learner": "a", "submission": "a", "status": "graded"}
    bad = [{**good, name: value} for name in good for value in (None, [], {}, 3)]
    path.write_text("[" * 100_000 + "\n" + "".join(json.dumps(one) + "\n" for one in [*bad, good]) + '{"learner')
    assert read_results(path) == [good] and read_results(tmp_path / "none.jsonl") == []


def test_each_record_is_synced_to_the_disk(tmp_path, monkeypatch):
    """So that a power cut takes nothing that was graded: the lines, the file that replaces the old one, its folder."""
    submissions, path, synced = handed_in(tmp_path, 2), tmp_path / "out" / "results.jsonl", []
    real = os.fsync

    def fsync(descriptor):
        synced.append(os.fstat(descriptor).st_ino)
        real(descriptor)

    monkeypatch.setattr(journals.os, "fsync", fsync)
    with Journal(path, submissions) as journal:
        first = path.stat().st_ino
        assert synced == [first, path.parent.stat().st_ino]
        for submission in submissions:
            del synced[:]
            journal.write(submission, record(submission))
            assert synced == [first] and lines(path)[-1]["learner"] == submission.learner
        del synced[:]
    assert synced == [path.stat().st_ino, path.parent.stat().st_ino] and path.stat().st_ino != first


def untouched(path):
    return path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino, sorted(os.listdir(path.parent))


def test_three_runs(tmp_path):
    """A second run that is refused must not let in a third."""
    submissions, path = handed_in(tmp_path / "in", 3), tmp_path / "out" / "results.jsonl"
    with Journal(path, submissions) as first:
        first.write(submissions[0], record(submissions[0]))
        before = untouched(path)
        for _ in range(2):
            with pytest.raises(JournalError, match="another run"), Journal(path, submissions[1:], isolation="full"):
                pytest.fail("two runs at once")
            assert untouched(path) == before
        first.write(submissions[1], record(submissions[1]))
    with Journal(path, submissions) as later:
        assert later.open == submissions[2:]
        with pytest.raises(JournalError), Journal(path, submissions):
            pytest.fail("two runs at once")


@pytest.mark.slow
def test_a_run_that_fails_gives_the_lock_back(tmp_path, monkeypatch):
    submissions, path = handed_in(tmp_path / "in", 1), tmp_path / "out" / "results.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_rewrite", lambda self: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space"), Journal(path, submissions):
            pytest.fail("it was opened")
    with pytest.raises(KeyboardInterrupt), Journal(path, submissions) as journal:
        journal.write(submissions[0], record(submissions[0]))
        raise KeyboardInterrupt
    with Journal(path, submissions) as again:
        assert again.open == []
    with pytest.raises(ValueError, match="not open"):
        again.write(submissions[0], record(submissions[0]))


def test_a_mark_that_is_replaced_stays_in_the_file(tmp_path):
    submissions, path = handed_in(tmp_path, 2), tmp_path / "results.jsonl"
    with Journal(path, submissions, seed=8) as journal:
        for submission in submissions:
            journal.write(submission, record(submission, points=3, seed=8))
    submissions[0].path.write_text("another notebook")
    with Journal(path, submissions) as journal:
        assert (journal.open, journal.seed) == (submissions[:1], 8)
        journal.write(submissions[0], record(submissions[0], points=5, seed=8))
    (old,) = superseded(path)
    assert (old["learner"], old["points"], old["superseded"]["why"]) == ("learner00", 3, "the notebook has changed")
    assert [found["points"] for found in read_results(path)] == [5, 3]
    with Journal(path, submissions) as journal:
        assert journal.open == []
    assert superseded(path) == [old], "it stays, and is there once"


def test_what_had_no_mark_leaves_nothing(tmp_path):
    submissions, path = handed_in(tmp_path, 2), tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in (
        record(submissions[0], status="grader error"), record(submissions[1], status="unreadable", sha256="0"))))
    with Journal(path, submissions) as journal:
        assert journal.open == submissions
    assert superseded(path) == []


def test_grading_anew_uses_the_seed_of_before(tmp_path):
    """Also where nobody else's result has it any more; and a run that stopped goes on with it."""
    submissions, path = handed_in(tmp_path, 2), tmp_path / "results.jsonl"
    with Journal(path, submissions) as journal:
        seed = journal.seed
        for submission in submissions:
            journal.write(submission, record(submission, seed=seed))
    keys = {(submission.learner, submission.name) for submission in submissions}
    assert supersede(path, keys, "--regrade") == 2 and read_results(path) == []
    for _ in range(2):
        with Journal(path, submissions) as journal:
            assert (journal.open, journal.seed) == (submissions, seed)
    assert [old["superseded"]["why"] for old in superseded(path)] == ["--regrade"] * 2
    assert supersede(path, keys, "--regrade") == 0, "there is nothing that counts"
