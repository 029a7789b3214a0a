"""The learner's record: what it keeps, and that nothing spoils it."""
import json
import subprocess
import sys

import pytest

from classroom import evaluate
from classroom.app import progress
from classroom.judge import record


@pytest.fixture(autouse=True)
def own_record(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path))
    return tmp_path


def right(q, k):
    return q @ k.T


def wrong(q, k):
    return k @ q.T


def attempt(answer):
    record.record("1.1", evaluate("1.1", answer))
    return record.load()["1.1"]


def test_attempts_points_and_the_first_pass_are_kept():
    assert record.load() == {}
    entry = attempt(wrong)
    assert (entry["attempts"], entry["status"], entry["points"], entry["passed"]) == (1, "wrong", 0, None)
    passed = attempt(right)
    assert (passed["attempts"], passed["status"], passed["points"]) == (2, "correct", 1)
    again = attempt(wrong)
    assert (again["status"], again["points"], again["passed"]) == ("correct", 1, passed["passed"])


def test_an_untouched_exercise_is_no_attempt():
    assert attempt(None)["attempts"] == 0


def test_hints_and_solutions_are_kept():
    record.record_hint("1.2", 2)
    record.record_hint("1.2", 1)
    record.record_solution("1.2")
    entry = record.load()["1.2"]
    assert (entry["hints"], entry["solution"], entry["attempts"]) == (2, True, 0)
    assert record.opened_hints("1.2") == 2 and record.opened_hints("1.3") == 0


@pytest.mark.parametrize("content", [
    "", "{", "[]", "null", '{"exercises": 3}', '{"exercises": {"1.1": {"points": "x"}}}', '{"exercises": {"1.1": 5}}',
    "\x00\xff"])
def test_an_unreadable_record_is_moved_aside_and_said_so(content, own_record, capsys):
    record.path().write_text(content, encoding="latin-1")
    assert attempt(right)["attempts"] == 1
    aside = own_record / "progress.unreadable-1.json"
    assert aside.read_text(encoding="latin-1") == content
    assert str(aside) in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_does_not_stop_a_check(monkeypatch, tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("not a folder")
    monkeypatch.setenv("COURSE_STATE", str(file / "state"))
    for n in (1, 2):
        record.record("1.1", evaluate("1.1", right))
        record.record_hint("1.1", n)
        assert (record.load()["1.1"]["attempts"], record.opened_hints("1.1")) == (n, n)       # kept in memory
    said = capsys.readouterr().err
    assert said.count("could not be saved") == 1 and "COURSE_STATE" in said
    monkeypatch.setenv("COURSE_STATE", str(tmp_path))
    record.record("1.2", evaluate("1.2", right))                                              # now it can be
    assert {"1.1", "1.2"} == set(json.loads((tmp_path / "progress.json").read_text())["exercises"])


@pytest.mark.slow
def test_many_processes_at_once_lose_nothing(own_record):
    code = ("from classroom.judge import record\n"
            "for n in range(10): record._update('1.1', lambda entry: entry.update(attempts=entry['attempts'] + 1))")
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert record.load()["1.1"]["attempts"] == 30
    assert json.loads(record.path().read_text())["version"] == 1
    assert not list(own_record.glob("*.part"))


def test_the_table_names_every_exercise(capsys):
    attempt(wrong)
    record.record_hint("1.1", 1)
    attempt(right)
    progress.main()
    text = capsys.readouterr().out
    line = next(line for line in text.splitlines() if line.startswith("  1.1"))
    assert "correct" in line and "1 of 1" in line and "2 attempts, 1 hint" in line
    assert "1 of " in text.splitlines()[-1] and text.count("open") > 10
