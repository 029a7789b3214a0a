"""The command as a teacher gives it: what it makes, what it says, and what it refuses."""
import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from classroom.app import main
from classroom.grade import batch, cluster
from classroom.grade.book import files
from classroom.grade.journal import read_results, superseded

ROOT = Path(__file__).parents[2]
LESSON = "01_dot_product_attention"
SOLUTION = ROOT / "solutions" / f"{LESSON}.ipynb"


def exercise(id, status="correct", worth=1, **more):
    return {"id": id, "title": f"title of {id}", "status": status, "points": worth if status == "correct" else 0,
            "max_points": worth, "message": "What was seen.", "mistake": None, "mistakes": [], "printed": "",
            "seconds": 0.0, **more}


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """A class whose results are there, so that the command need not run anything: it would fail if it tried."""
    monkeypatch.chdir(tmp_path)
    lines = []
    for learner, status in (("ada", "correct"), ("bob", "wrong")):
        path = tmp_path / "submitted" / learner / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(f"notebook of {learner}")
        found = [exercise("1.1"), exercise("1.3", status, 3, mistakes=["no-scaling"])]
        lines.append({
            "learner": learner, "submission": f"{learner}/{LESSON}.ipynb", "lesson": LESSON, "status": "graded",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "message": "", "isolation": "full",
            "isolation_details": [], "seed": 11, "seconds": 0.1, "notes": [], "exercises": found,
            "points": sum(e["points"] for e in found), "max_points": 4})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return lines


def grade(*arguments):
    return main(["grade", "submitted", "--out", "out", "--no-progress", *arguments])


def table(name="grades.csv"):
    with open(f"out/{name}", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def points():
    return {row["learner"]: (row["points"], row["max_points"]) for row in table()}


def test_everything_is_made_of_results(graded, capsys):
    before = Path("out/results.jsonl").read_text()
    assert grade() == 0
    assert Path("out/results.jsonl").read_text() == before, "nothing was graded again"
    assert points() == {"ada": ("4", "4"), "bob": ("1", "4")}
    made = {path.relative_to("out").as_posix() for path in Path("out").rglob("*") if path.is_file()}
    assert made == {".results.jsonl.lock", "results.jsonl", "grades.csv", "exercises.csv", "canvas.csv", "moodle.csv",
                    "class.html", "feedback/ada.html", "feedback/bob.html", "gradescope/ada/results.json",
                    "gradescope/bob/results.json"}
    said = capsys.readouterr()
    assert "2 learners: 2 graded." in said.out and "class.html" in said.out and said.err == ""


def test_the_roster_finds_who_is_missing_and_who_is_a_stranger(graded, capsys):
    Path("class.csv").write_text("learner,name\nada,Ada\nzoe,Zoë\n", encoding="utf-8")
    assert grade("--roster", "class.csv", "--lesson", "1") == 0
    assert [(row["learner"], row["status"], row["points"], row["on_roster"]) for row in table()] == [
        ("ada", "graded", "4", "yes"), ("zoe", "missing", "", "yes"), ("bob", "graded", "1", "no")]
    assert "Not on the roster: bob." in capsys.readouterr().err


def test_points_and_lateness_without_grading_again(graded, capsys):
    Path("points.toml").write_text('"1.3" = 9\n')
    Path("late.csv").write_text("learner,percent\nada,50\ncarl,10\n")
    assert grade("--points", "points.toml", "--late", "late.csv") == 0
    assert points() == {"ada": ("5", "10"), "bob": ("1", "10")}
    assert "not in the class: carl." in capsys.readouterr().err
    assert grade() == 0 and points() == {"ada": ("4", "4"), "bob": ("1", "4")}


def test_the_name_of_the_assignment_in_canvas(graded):
    assert grade("--canvas-column", "01=Homework 1 (55)") == 0
    assert table("canvas.csv")[1]["Homework 1 (55)"] == "4"


def test_decisions_deadlines_and_likeness_without_grading_again(graded, capsys):
    Path("adjust.csv").write_text("learner,lesson,exercise,points,comment\nbob,,1.3,2,Half right.\neve,1,,EX,\n")
    Path("due.csv").write_text("lesson,due,percent_per_day\n01,2026-05-04 18:00,10\n")
    Path("times.csv").write_text("learner,time\nada,2026-05-05 12:00\n")
    lists = ("--adjust", "adjust.csv", "--due", "due.csv", "--times", "times.csv")
    assert grade(*lists, "--likeness") == 0
    assert points() == {"ada": ("3.6", "4"), "bob": ("3", "4")}
    said = capsys.readouterr().err
    assert "In the list of your decisions, but not in the class: eve." in said
    assert "not known when these handed in, and nothing was taken off: bob." in said
    assert "Half right." in Path("out/feedback/bob.html").read_text(encoding="utf-8")
    assert Path("out/likeness.html").exists() and table("likeness.csv") == []
    assert grade() == 0 and points() == {"ada": ("4", "4"), "bob": ("1", "4")}
    assert not Path("out/likeness.html").exists()


def test_another_maximum_is_refused_with_an_exit_code(graded, capsys):
    Path("class.csv").write_text("Student,ID,SIS Login ID,Section,HW (5)\n    Points Possible,,,,100\n"
                                 "Ada,1,ada,A,\nBob,2,bob,A,\n")
    settings = ("--roster", "class.csv", "--canvas-column", "01=HW (5)")
    assert grade(*settings) == 1 and not Path("out/canvas.csv").exists()
    assert "is worth 100 points, the lesson 4" in capsys.readouterr().err
    assert grade(*settings, "--scale") == 0 and table("canvas.csv")[2]["HW (5)"] == "25"
    assert "multiplied by 25" in capsys.readouterr().out
    assert grade(*settings) == 1 and not Path("out/canvas.csv").exists(), "the old file would be taken for the new"


@pytest.mark.slow
def test_what_was_left_out_is_named_and_is_in_the_exit_code(graded, capsys):
    """Ignored, merged, renamed: whoever runs this in a script hears of it, too."""
    folder = Path("submitted") / "bob" / "solutions"
    folder.mkdir()
    (folder / f"{LESSON}.ipynb").write_text("the course's own")
    assert grade() == 1
    said = capsys.readouterr()
    assert "bob: `bob/solutions` is where the course keeps its own solutions; nothing in it counts." in said.err
    assert "2 learners: 2 graded." in said.out and points() == {"ada": ("4", "4"), "bob": ("1", "4")}
    shutil.rmtree(folder)
    assert grade() == 0 and capsys.readouterr().err == ""

    with zipfile.ZipFile("submitted/ada.zip", "w") as archive:          # beside the folder of that name
        archive.writestr(f"{LESSON}.ipynb", "notebook of somebody")
    assert grade() == 1
    assert f"ada: Two files are called ada/{LESSON}.ipynb; only the first was read." in capsys.readouterr().err
    Path("submitted/ada.zip").unlink()

    Path("submitted/bo\u200bb").mkdir()                              # a name that only looks like bob's
    assert grade("--lesson", "01") == 1
    said = capsys.readouterr().err
    assert "reads like" in said and "was not matched to anybody" in said
    assert points()["bob"] == ("1", "4"), "the name is his who wrote it plainly"


def test_what_is_nobodys_work_is_named(graded, capsys):
    Path("submitted/class list.csv").write_text("learner\nada\n")
    assert grade() == 0 and "Nobody's work, and left out: class list.csv\n" in capsys.readouterr().out


def test_points_for_another_lesson_are_a_slip(graded, capsys):
    Path("points.csv").write_text("exercise,points\n4.1,2\n")
    assert grade("--lesson", "01", "--points", "points.csv") == 2
    assert "none of its exercises is in lesson 01_dot_product_attention: 4.1" in capsys.readouterr().err
    assert grade("--points", "points.csv") == 0
    assert "in no lesson that was handed in: 4.1." in capsys.readouterr().err


def test_several_groups_and_nobody_are_said(graded, capsys):
    """Ada's second notebook is there already, graded: nothing runs."""
    path = Path("submitted/ada/again.ipynb")
    path.write_text("another notebook of ada")
    worse = {**graded[0], "submission": "ada/again.ipynb", "points": 1, "exercises": [exercise("1.1")], "max_points": 4,
             "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    with Path("out/results.jsonl").open("a") as file:
        file.write(json.dumps(worse) + "\n")
    assert grade() == 0 and points()["ada"] == ("4", "4")
    assert "ada, lesson 01: 2 notebooks; the best counts: ada/01_dot" in capsys.readouterr().out
    assert grade("--several", "refuse") == 1 and points()["ada"] == ("", "4")
    assert "none counts until you have decided" in capsys.readouterr().err
    assert grade("--several", "latest") == 1
    Path("groups.csv").write_text("group,learner\nRed,ada\nRed,zoe\nRed,nobody\n")
    Path("class.csv").write_text("learner\nada\nbob\nzoe\n")
    assert grade("--groups", "groups.csv", "--roster", "class.csv") == 0
    assert points() == {"ada": ("4", "4"), "bob": ("1", "4"), "zoe": ("4", "4")}
    assert "In the list of groups, but not in the class: nobody." in capsys.readouterr().err


def test_one_learner_is_graded_anew(graded, monkeypatch, capsys):
    again = []

    def graded_again(todo, setting, *_):
        again.append(([submission.learner for submission in todo], setting["seed"]))
        return [(submission, {**graded[1], "points": 4, "time": "2026-01-02"}) for submission in todo]

    monkeypatch.setattr(batch, "graded", graded_again)
    assert grade("--regrade", "BOB") == 0
    assert again == [(["bob"], 11)], "with the seed of before"
    assert points() == {"ada": ("4", "4"), "bob": ("4", "4")}
    assert f"Graded anew: bob/{LESSON}.ipynb: 4 of 4; before: 1 of 4." in capsys.readouterr().out
    flat = " ".join(Path("out/feedback/bob.html").read_text(encoding="utf-8").split())
    assert "Before it was graded anew (--regrade): 1 of 4 points, graded at an unknown time" in flat
    assert "graded anew" in Path("out/class.html").read_text(encoding="utf-8")
    assert "graded anew (--regrade): 1 of 4 points" in table()[1]["notes"]
    del again[:]
    assert grade() == 0 and again == [([], 11)] and points()["bob"] == ("4", "4")
    assert "(--regrade): 1 of 4" in table()[1]["notes"], "it stays"
    assert grade("--regrade", "nobody") == 2
    assert "--regrade: nothing was handed in by nobody" in capsys.readouterr().err


def test_a_notebook_that_was_replaced_is_named(graded, monkeypatch, capsys):
    path = Path("submitted/bob") / f"{LESSON}.ipynb"
    path.write_text("bob, once more")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(batch, "graded", lambda todo, *_: [(one, {**graded[1], "sha256": digest}) for one in todo])
    assert grade() == 0
    assert f"Replaced since the last run, and graded anew: bob/{LESSON}.ipynb\n" in capsys.readouterr().out
    assert grade() == 0 and "Replaced" not in capsys.readouterr().out


def test_an_open_folder_with_other_files_is_said(graded, capsys):
    Path("mine").mkdir(mode=0o755)
    Path("mine/class.csv").write_text("learner\nada\n")
    shutil.copy("out/results.jsonl", "mine/theirs.jsonl")
    assert main(["grade", "submitted", "--out", "mine", "--no-progress", "--regrade", "nobody"]) == 2
    assert "can be read by others" not in capsys.readouterr().err, "nothing was written"
    assert not files.private(Path("mine")) and Path("mine").stat().st_mode & 0o77


@pytest.mark.skipif(os.name != "posix", reason="POSIX alone has these rights")
def test_results_are_for_the_teachers_eyes(graded):
    Path("out").chmod(0o755)
    assert grade() == 0 and Path("out").stat().st_mode & 0o777 == 0o700


def test_results_of_several_versions_are_said(graded, monkeypatch, capsys):
    versions = [{**record, "course": f"0.{n} (x)"} for n, record in enumerate(graded)]
    monkeypatch.setattr(batch, "grade_all", lambda *_, **__: versions)
    assert grade() == 0
    assert "several versions of the course: 0.0 (x) (1), 0.1 (x) (1)" in capsys.readouterr().err


def test_without_isolation_it_is_loud(graded, monkeypatch, capsys):
    open_ = [{**record, "isolation": "none"} for record in graded]
    monkeypatch.setattr(batch, "grade_all", lambda *_, **__: open_)
    assert grade() == 0
    assert "NOT ISOLATED" in capsys.readouterr().err
    assert "graded without isolation" in " ".join(Path("out/class.html").read_text(encoding="utf-8").split())
    open_[0]["isolation"] = open_[1]["isolation"] = "partial"
    assert grade() == 0
    assert "PARTLY ISOLATED" in capsys.readouterr().err
    assert "2 submissions were graded with partial isolation" in " ".join(
        Path("out/class.html").read_text(encoding="utf-8").split())


def test_what_ran_with_less_isolation_is_graded_again(graded, monkeypatch, capsys):
    path = Path("out/results.jsonl")
    weak = {**graded[0], "isolation": "partial"}
    never_run = {**graded[1], "isolation": "none", "status": "unreadable", "exercises": []}
    path.write_text("".join(json.dumps(record) + "\n" for record in (weak, never_run)))
    regraded = []

    def grade_again(todo, *_):
        regraded.extend(submission.learner for submission in todo)
        return [(submission, graded[0]) for submission in todo]

    monkeypatch.setattr(batch, "graded", grade_again)
    assert grade("--require-isolation", "partial") == 0 and not regraded
    assert read_results(path) == [weak, never_run] and "less isolation" not in capsys.readouterr().out
    assert grade("--require-isolation", "full") == 0 and regraded == ["ada"]
    assert read_results(path) == [graded[0], never_run]
    assert [old["isolation"] for old in superseded(path)] == ["partial"]
    assert "1 submissions were graded with less isolation than full" in capsys.readouterr().out


def everything(folder):
    return {path.relative_to(folder): path.is_file() and (path.read_bytes(), path.stat().st_ino)
            for path in Path(folder).rglob("*")}


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["none", "full"])
def test_while_a_run_is_on_others_are_refused(graded, monkeypatch, capsys, isolation):
    """The second must not let in the third; and neither writes a byte, not even to forget what was too open."""
    path = Path("out/results.jsonl")
    path.write_text(path.read_text().replace('"full"', '"partial"') + '{"torn')
    by_learner = {record["learner"]: record for record in graded}
    monkeypatch.setattr(batch, "graded", lambda todo, *_: [(one, by_learner[one.learner]) for one in todo])
    holds = "import sys\nfrom classroom.grade.journal import Journal\n" \
            "with Journal('out/results.jsonl', []):\n    print('held', flush=True)\n    sys.stdin.read()"
    first = subprocess.Popen([sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        assert first.stdout.readline() == "held\n"
        before = everything("out")
        for _ in range(2):
            assert grade("--require-isolation", isolation) == 2
            assert "being written by another run" in capsys.readouterr().err
            assert everything("out") == before
        first.communicate("")
        assert first.returncode == 0
        assert grade("--require-isolation", isolation) == 0 and points() == {"ada": ("4", "4"), "bob": ("1", "4")}
    finally:
        first.kill()
        first.communicate()


def test_a_grader_error_is_an_exit_code_and_no_mark(graded, monkeypatch, capsys):
    failed = {**graded[0], "status": "grader error", "points": None, "exercises": []}
    monkeypatch.setattr(batch, "grade_all", lambda *_, **__: [failed, graded[1]])
    assert grade() == 1
    assert points() == {"ada": ("", "4"), "bob": ("1", "4")}
    assert "1 could not be graded, through no fault of the learner" in capsys.readouterr().err


def test_settings_reach_the_grader(graded, monkeypatch):
    asked = []
    monkeypatch.setattr(batch, "grade_all", lambda found, path, **options: asked.append(options) or graded)
    monkeypatch.setattr(cluster, "grade_all", lambda found, path, *at, **options: asked.append((at, options)) or graded)
    settings = ("--lesson", "01", "--seed", "7", "--require-isolation", "full")
    assert grade(*settings, "--workers", "3") == grade(*settings, "--scheduler", "tcp://x:1") == 0
    common = {"lesson": "01", "isolation": "full", "seed": 7, "progress": False}
    assert asked == [common | {"workers": 3}, (("tcp://x:1",), common)]


def test_too_little_isolation_is_said(graded, monkeypatch, capsys):
    def refuse(*_, **__):
        raise RuntimeError("IsolationError: full is required")

    monkeypatch.setattr(batch, "grade_all", refuse)
    assert grade() == 2
    assert "full is required" in capsys.readouterr().err and not Path("out/grades.csv").exists()


@pytest.mark.parametrize(("arguments", "says"), [
    (["--lesson", "77"], "there is no lesson '77'; there are: 00, 01"),
    (["--roster", "none.csv"], "none.csv: cannot be read"), (["--points", "none.csv"], "none.csv: cannot be read"),
    (["--late", "none.csv"], "none.csv: cannot be read"), (["--adjust", "none.csv"], "none.csv: cannot be read"),
    (["--due", "none.csv"], "none.csv: cannot be read"),
    (["--groups", "none.csv"], "none.csv: cannot be read"), (["--times", "none.csv"], "--times needs --due"),
    (["--canvas-column", "Homework"], "expected NN=NAME"),
])
def test_what_cannot_be_used_is_said_before_anything_runs(graded, capsys, arguments, says):
    assert grade(*arguments) == 2
    assert says in capsys.readouterr().err and not Path("out/grades.csv").exists()


@pytest.mark.parametrize(("arguments", "says"), [
    ([], "SUBMISSIONS and --out are needed"), (["nowhere", "--out", "out"], "nowhere"),
    (["empty", "--out", "out"], "empty"), (["--gradescope-zip", "x.zip"], "--lesson"),
])
def test_a_command_that_cannot_begin(tmp_path, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    assert main(["grade", *arguments]) == 2
    assert says in capsys.readouterr().err and sorted(os.listdir()) == ["empty"]


def test_a_stopped_run_says_how_to_go_on(graded, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "grade_all", stop)
    assert grade() == 130
    assert "the same command goes on from there" in capsys.readouterr().err


@pytest.mark.slow
def test_help_is_cheap():
    run = subprocess.run([sys.executable, "-X", "importtime", "-m", "classroom", "grade", "--help"], cwd=ROOT,
                         capture_output=True, text=True, check=True)
    assert "--require-isolation" in run.stdout
    imported = {line.rsplit("|", 1)[1].strip() for line in run.stderr.splitlines() if "|" in line}
    assert not imported & {"torch", "distributed", "matplotlib"}


@pytest.mark.slow
def test_a_class_from_notebooks_to_marks(tmp_path, monkeypatch):
    """Really graded, in a process of its own, from a zip as Moodle makes it."""
    folder = tmp_path / "class"
    text = SOLUTION.read_text(encoding="utf-8").replace(       # the solution itself would be nobody's own work
        "dot_product_scores(q, k) / np.sqrt(q.shape[-1])", "dot_product_scores(q, k) / np.sqrt(k.shape[-1])")
    for name, content in (("Ada Lovelace_11", text), ("Bob B_12", "%PDF"), ("José Núñez_13", text.replace(
            "dot_product_scores(q, k) / np.sqrt(k.shape[-1])", "dot_product_scores(q, k)"))):
        (folder / f"{name}_assignsubmission_file_").mkdir(parents=True)
        (folder / f"{name}_assignsubmission_file_" / "my work.ipynb").write_text(content, encoding="utf-8")
    shutil.make_archive(str(tmp_path / "submissions"), "zip", folder)
    (tmp_path / "worksheet.csv").write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments\n"
        + "".join(f"Participant {n},{name},{n}@x.org,,,7.00,Yes,-,-,\n" for n, name in (
            (11, "Ada Lovelace"), (12, "Bob B"), (13, "José Núñez"), (14, "Zoë Z"))), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["grade", "submissions.zip", "--out", "grades", "--roster", "worksheet.csv", "--workers", "1",
                 "--seed", "5", "--no-progress"]) == 0
    with (tmp_path / "grades" / "moodle.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["Full name"]: row for row in csv.DictReader(file)}
    assert {name: row["Grade"] for name, row in rows.items()} == {
        "Ada Lovelace": "7", "José Núñez": "4"}, "who has no mark has no row"
    assert "1.3 attention: wrong. Your weights are exactly" in rows["José Núñez"]["Feedback comments"]
    assert "no-scaling" in (tmp_path / "grades" / "class.html").read_text(encoding="utf-8")
    assert len((tmp_path / "grades" / "results.jsonl").read_text().splitlines()) == 3
