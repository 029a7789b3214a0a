"""The folder of results as a whole: private, without those who left, with a record that an appeal can rely on."""
import os
import re
import stat

import pytest

from classroom.ask import limits
from classroom.grade.book import decisions, files, gradebook, tally
from classroom.grade.read.roster import Person, Roster
from classroom.grade.read.submissions import Submission
from classroom.grade.record import new, versions
from classroom.judge import words

from .test_reports_pages import ATTACK, LESSON, Page, assert_harmless, class_page, exercise, feedback, record


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_pages_of_who_left_go(tmp_path):
    both = [record("ada", exercise()), record("bob", exercise())]
    files.write(tmp_path, gradebook.build(both))
    notes = [tmp_path / "feedback" / "mine.html", tmp_path / "gradescope" / "bob" / "mine.txt", tmp_path / "mine.csv"]
    for note in notes:
        note.write_text("The teacher's own file.")
    files.write(tmp_path, gradebook.build(both[:1]))
    left = names(tmp_path)
    assert "feedback/ada.html" in left and "gradescope/ada/results.json" in left
    assert not {"feedback/bob.html", "gradescope/bob/results.json"} & {*left}
    assert all(note.exists() for note in notes)


def test_tables_of_other_lessons_go(tmp_path):
    files.write(tmp_path, gradebook.build([record("ada", exercise())]))
    assert {"canvas.csv", "moodle.csv"} <= {*names(tmp_path)}
    files.write(tmp_path, gradebook.build([record("ada", exercise()), record("ada", exercise("1.1"), lesson="01_x")]))
    assert [name for name in names(tmp_path) if name.startswith(("canvas", "moodle"))] == [
        "canvas_01_x.csv", f"canvas_{LESSON}.csv", "moodle_01_x.csv", f"moodle_{LESSON}.csv"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX alone has these rights")
def test_the_folder_is_for_its_owner_alone(tmp_path):
    def mode(path):
        return stat.S_IMODE(path.stat().st_mode)

    for name in ("new", "empty", "ours", "theirs"):
        if name != "new":
            (tmp_path / name).mkdir(mode=0o755)
    (tmp_path / "ours" / "results.jsonl").touch()
    (tmp_path / "theirs" / "thesis.txt").touch()
    for name in ("new", "empty", "ours", "theirs"):
        files.private(tmp_path / name)
    assert [mode(tmp_path / name) for name in ("new", "empty", "ours", "theirs")] == [0o700, 0o700, 0o700, 0o755]


def test_a_record_says_what_it_depends_on(tmp_path):
    made = new(Submission("ada", "ada/my work.ipynb", tmp_path), status="graded", seed=1, lesson=LESSON)
    assert {"course", "python", "torch", "time"} <= {*made} and re.match(r"\d+\.\d+\.\d+ ", made["course"])
    assert versions() is versions(), "read once"
    found = made | {"sha256": "abc123", "exercises": [exercise()], "points": 2, "max_points": 2}
    page = feedback(tmp_path, found)
    assert_harmless(page)
    flat = " ".join(page.text.split())
    for text in ("File: ada/my work.ipynb", "SHA-256 of the file: abc123", f"Graded: {made['time']}",
                 f"Course {made['course']}, Python {made['python']}, PyTorch {made['torch']}"):
        assert text in flat


def test_results_of_several_versions_are_said(tmp_path):
    records = [record("ada", exercise(), course="0.1 (aa)"), record("bob", exercise(), course="0.2 (bb)"),
               record("cleo", exercise(), course="0.2 (bb)")]
    flat = " ".join(class_page(tmp_path, records).text.split())
    assert "These results are of 2 versions of the course: 0.2 (bb) (2), 0.1 (aa) (1)." in flat
    assert "versions of the course" not in class_page(tmp_path, records[1:]).text


def test_decisions_are_on_the_page(tmp_path):
    decided = [decisions.Decision("ada", "04", "4.1", 1, False, False, f"Half. {ATTACK}"),
               decisions.Decision("ada", "04", "4.2", None, False, True, ""),
               decisions.Decision("ada", "04", "", 2.5, False, False, "See me."),
               decisions.Decision("zoe", "04", "", None, False, True, "Get well.")]
    class_ = Roster((Person("ada"), Person("zoe")))
    book = gradebook.build([record("ada", exercise(), exercise("4.2", "wrong"))], class_, decided=decided)
    files.write(tmp_path, book)
    page, other = (Page(tmp_path / "feedback" / f"{name}.html") for name in ("ada", "zoe"))
    assert_harmless(page)
    flat = " ".join(page.text.split())
    assert "2.5 of 2 points" in flat and "Your teacher has changed these points." in flat
    assert "Your teacher has set these points; the checks gave 2." in flat and "excused" in flat
    assert "Your teacher writes: See me." in flat and "<script>alert(1)</script>" in flat
    assert "You are excused from this lesson." in other.text and "Get well." in other.text
    assert "by hand" in Page(tmp_path / "class.html").text


def test_the_class_page_says_late_and_stopped(tmp_path):
    lie = "see http://example.org, all marks are void"
    records = [record("ada", exercise(status="error", raised="NameError", message=f"It raised NameError: {lie}"),
                      notes=["handed in late"]),
               record("bob", exercise(status="error", raised="NameError", message="It raised NameError: q.")),
               record("eve", exercise(status="error", raised="another", message=f"It raised {lie}: {lie}")),
               record("zoe", exercise(status="error", message=f"Of before, without a word on what was raised: {lie}")),
               record("cleo", exercise(status="timeout", message=f"It was stopped in {lie}", mistakes=["timeout"])),
               record("dan", exercise(status="error", mistakes=["syntax-error"], message="No Python."))]
    page = class_page(tmp_path, records)
    assert_harmless(page)
    flat = " ".join(page.text.split())
    assert "1 late" in flat and "0 of 2 late 1 stopped" in flat
    assert "with no misconception recognised: 2 error The code raised NameError. ada, bob" in flat
    assert "2 error The code stopped with an error. eve, zoe 1 timeout It had not finished in the time" in flat
    assert "syntax-error" in flat and "void" not in flat


def test_what_a_learners_code_chose_is_not_said_in_the_graders_words(tmp_path):
    """Problems are told with the facts left out; how code did not run, in words of the grader's alone."""
    lie = "see http://example.org, all marks are void"
    told = [limits.Problem("shape-changes", shape=lie), limits.Problem("unknown-symbol:merged", symbol=lie),
            limits.Problem("unknown-symbol:counts", symbol=lie)]
    facts = [words.templates()[problem.key].partition("{")[0] for problem in told]
    records = []
    for n, problem in enumerate(told):
        problem.facts = dict.fromkeys(words._names(words.templates()[problem.key]), lie)
        records.append(record(f"a{n}", exercise(f"4.{n + 1}", "wrong", mistakes=[problem.slug],
                                                message=words.say(problem))))
    records += [record(f"b{n}", exercise("4.4", "error", mistakes=[slug], message=f"It says: {lie}"))
                for n, slug in enumerate(tally._NOT_RUN)]
    records += [record(f"c{n}", exercise("4.5", status, mistakes=[slug], message=f"It says: {lie}", **raised))
                for n, (slug, status, raised) in enumerate([
                    ("unknown-name", "error", {"raised": "NameError"}),
                    ("not-repeatable", "wrong", {"raised": "another"}),
                    ("refuses-right", "wrong", {"raised": "AssertionError"}), ("of-before", "wrong", {})])]
    del records[-1]["exercises"][0]["raised"]                # as the grader wrote it once
    page = class_page(tmp_path, records)
    flat = " ".join(page.text.split())
    assert lie not in flat and "void" not in flat and "…" in flat
    assert all(" ".join(text.replace("`", "").split()) in flat for text in facts if text), facts
    assert all(text.replace("`", "") in flat for text in tally._NOT_RUN.values())
    assert "unknown-name Unknown name: the code raised NameError." in flat and "of-before Of before." in flat


def test_the_class_page_says_why_there_is_no_mark(tmp_path):
    records = [record("ada", status="unreadable", message=f"It is a PDF. {ATTACK}"), record("bob", exercise())]
    page = class_page(tmp_path, records)
    assert_harmless(page)
    flat = " ".join(page.text.split())
    assert "unreadable whyIt is a PDF." in flat and "half of them have all points" in flat


def test_packages_that_are_not_installed_are_listed(tmp_path):
    records = [record("ada", exercise(status="error"), not_installed=["einops", "pandas"]),
               record("bob", exercise(), not_installed=["einops", ATTACK]), record("cleo", exercise())]
    book = gradebook.build(records)
    assert tally.not_installed(book) == {"einops": 2, "pandas": 1, tally.line(ATTACK, 60): 1}
    page = class_page(tmp_path, records)
    assert_harmless(page)
    assert "not installed here: einops (2), pandas (1)," in " ".join(page.text.split())
    files.write(tmp_path / "out", book)
    assert "not installed where it was graded: einops, pandas" in (tmp_path / "out/grades.csv").read_text("utf-8-sig")
    assert "not installed here" not in class_page(tmp_path, records[2:]).text


def test_the_table_sorts_by_what_its_cells_mean(tmp_path):
    records = [record("ada", exercise()), record("bob", exercise(status="wrong")), record("zoe", status="unreadable")]
    page = class_page(tmp_path, records)
    assert [cell["data-sort"] for cell in page.named("td")] == ["2.0", "0.0", "-1"]
    assert [cell["data-sort"] for cell in page.named("th") if cell.get("scope") == "row"] == ["ada", "bob", "zoe"]
