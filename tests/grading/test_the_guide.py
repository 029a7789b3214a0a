"""The teacher's guide, followed from handing out to returning by a teacher who takes it at its word.

Every list that it shows is saved under the name that its commands use, and every command is given, for a class of
fifteen. Only the grading itself is left out: other tests do that.
"""
import re
import shlex
import zipfile
from pathlib import Path

import pytest

from classroom import exercises
from classroom.app import COMMANDS, main
from classroom.grade import batch, cluster
from classroom.grade import command as cli
from classroom.grade.book import adjust, decisions, due, groups
from classroom.grade.read import roster

from .trips import RIGHT_ONE, WRONG, own, points, table, without_grading, zipped

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "teachers_guide.md").read_text(encoding="utf-8")
CLASS = "ada bob cleo dan eve finn gina hugo ines jo kim lou mia nils zoe".split()
WORTH = {id: exercises.get(id).points for id in exercises.all_ids() if id.startswith("4.")}
WHOLE = sum(WORTH.values())
PART = WHOLE - WORTH["4.3"]
CHANGED = WHOLE + 1 - WORTH["4.1"] + 10 - WORTH["4.3"]        # with the points of the guide's list
LISTS = {"learner,percent,lesson": "late", "lesson,due,grace_hours,percent_per_day,learner": "due",
         "learner,lesson,time": "times", "group,learner": "groups", "exercise,points": "points",
         "learner,lesson,exercise,points,comment": "adjust", "learner,name,email": "shown"}


def hand_in() -> dict[str, bytes]:
    """What fifteen people hand in, by path: as they do, some in folders, some as files, one as a PDF, one not."""
    files = {f"{name}/04_multi_head_attention.ipynb": own(name) for name in CLASS[:6]}
    files |= {f"{name}/homework (1).ipynb": own(name, WRONG) for name in CLASS[6:10]}
    files |= {"eve/older.ipynb": own("eve, before", WRONG), "kim.ipynb": own("kim"), "lou.ipynb.txt": own("lou", WRONG),
              "mia/04.pdf": b"%PDF-1.7", "nils/04.ipynb": RIGHT_ONE}
    return files


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def canvas() -> None:
    """The two exports of Canvas."""
    files = hand_in().items()
    zipped(Path("submissions.zip"), {f"{who}_{100 + CLASS.index(who)}_{7000 + n}_{Path(name).name}": content
                                     for n, (name, content) in enumerate(files)
                                     for who in [re.split(r"[/.]", name)[0]]})
    rows = "".join(f'"{who.title()}",{100 + n},{who}@x.org,A,\n' for n, who in enumerate(CLASS))
    Path("gradebook.csv").write_text("Student,ID,SIS Login ID,Section,Homework 4 (12345)\n,,,,Manual Posting\n"
                                     f"    Points Possible,,,,{WHOLE}.00\n{rows}")


def moodle() -> None:
    """The two exports of Moodle."""
    zipped(Path("submissions.zip"), {
        f"{who.title()} T_{500 + CLASS.index(who)}_assignsubmission_file_/{Path(name).name}": content
        for name, content in hand_in().items() for who in [re.split(r"[/.]", name)[0]]})
    rows = "".join(f'Participant {500 + n},{who.title()} T,{who}@x.org,,,{WHOLE}.00,Yes,'
                   f'"Tuesday, {5 + n % 2} May 2026, 9:00 AM",-,\n' for n, who in enumerate(CLASS))
    Path("worksheet.csv").write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,Last modified (submission),"
        f"Last modified (grade),Feedback comments\n{rows}")


def steps() -> list[tuple[str, str]]:
    """What the guide shows, in its order: the section, and a list or a command."""
    found, section = [], ""
    for part in re.split(r"^##+ (.*)$", GUIDE, flags=re.M)[1:]:
        if not section:
            section = part
            continue
        for match in re.finditer(r"```\n(.*?)```|`(python -m classroom [^`]+)`", part, re.S):
            text = match[1] or match[2]
            if text.splitlines()[0] in LISTS:
                found.append((section, text))
            else:
                found += [(section, line.split("   ")[0]) for line in text.splitlines() if "-m classroom " in line]
        section = ""
    return found


def of(section: str, number: int = 0) -> str:
    """A command of a section."""
    return [text for name, text in STEPS if name == section and text.startswith("python")][number]


STEPS = steps()


@pytest.fixture
def at_work(tmp_path, monkeypatch):
    """A teacher's folder, with what was handed in and the lists of the guide."""
    monkeypatch.chdir(tmp_path)
    done = without_grading(monkeypatch)
    monkeypatch.setattr(cluster, "grade_all", lambda found, path, *at, **more: batch.grade_all(found, path, **more))
    put(Path("submissions"), hand_in())
    put(Path("submitted"), {f"{who}/lesson04/04.ipynb": own(who) for who in CLASS[:3]})
    rows = "".join(f"{who},{who.title()} T,{who}@x.org\n" for who in CLASS)
    Path("class.csv").write_text(f"learner,name,email\n{rows}")
    moodle()
    for _, text in STEPS:
        if text.splitlines()[0] in LISTS:
            Path(f"{LISTS[text.splitlines()[0]]}.csv").write_text(text)
    return done


def give(command: str) -> int:
    """Its exit code."""
    words = shlex.split(command)[3:]
    return main([*words, *["--no-progress"] * ("--gradescope-zip" not in words)])


def marks(out: str = "grades") -> dict[str, str]:
    """Points by learner, or why there are none."""
    return {who.partition("@")[0]: number or status for who, (status, number) in points(Path(out)).items()}


FIRST = dict.fromkeys(CLASS[:6], f"{WHOLE}") | dict.fromkeys(CLASS[6:10], f"{PART}") | {
    "kim": f"{WHOLE}", "lou": f"{PART}", "mia": "unreadable", "nils": f"{WHOLE}", "zoe": "missing"}


def test_every_command_is_one_that_we_have():
    commands = [text for _, text in STEPS if text.startswith("python")]
    assert len(commands) >= 15 and all(shlex.split(command)[3] in COMMANDS for command in commands)
    assert {text.splitlines()[0] for _, text in STEPS} >= {*LISTS}, "each kind of list is shown"


def test_grading(at_work, capsys):
    assert give(of("Grade")) == 0 and marks() == FIRST
    said = capsys.readouterr()
    assert "15 learners: 13 graded, 1 unreadable, 1 missing." in said.out and said.err == ""
    assert "eve, lesson 04: 2 notebooks; the best counts: eve/04_multi_head_attention.ipynb " in said.out
    assert len(at_work) == 15 and give(of("Grade")) == 0
    assert at_work[15:] == [], "what has not changed is not graded again"
    made = {path.name for path in Path("grades").iterdir()} - {".results.jsonl.lock"}
    named = GUIDE.partition("In `grades` there is then:")[2].partition("With several lessons")[0]
    assert all(f"`{name}" in named for name in made), "the guide's table names all that there is"
    assert {path.stem for path in Path("grades/feedback").iterdir()} == {*CLASS}


@pytest.mark.slow
def test_who_has_left_and_who_comes(at_work):
    assert give(of("Grade")) == 0
    Path("class.csv").write_text(Path("class.csv").read_text().replace("ada,Ada T,ada@x.org\n", "new,New,n@x.org\n"))
    (Path("submissions") / "ada" / "04_multi_head_attention.ipynb").unlink()
    (Path("submissions") / "ada").rmdir()
    assert give(of("Grade")) == 0
    assert "ada" not in marks() and marks()["new"] == "missing"
    assert not Path("grades/feedback/ada.html").exists() and Path("grades/feedback/new.html").exists()


@pytest.mark.slow
def test_lateness(at_work, capsys):
    late, due, times = (of("Late and partial work", n) for n in range(3))
    assert give(late) == 0 and marks() == FIRST | {"ada": f"{0.9 * WHOLE:g}", "bob": f"{0.75 * WHOLE:g}"}
    assert give(due) == 0
    assert marks() == FIRST | {who: f"{float(FIRST[who]) * (0.8 if n % 2 else 0.9):g}" for n, who in enumerate(CLASS)
                               if FIRST[who].isdigit() and who != "ada"}, "Moodle's times; Ada has an extension"
    assert "not known" not in capsys.readouterr().err
    assert give(times) == 0 and marks() == FIRST
    assert "It is not known when these handed in, and nothing was taken off: bob, cleo" in capsys.readouterr().err


@pytest.mark.slow
def test_groups_points_decisions(at_work, capsys):
    assert give(of("Several notebooks, and groups")) == 0 and marks() == FIRST      # Ada and Bob have the same points
    assert give(of("Changing points")) == 0 and (marks()["ada"], marks()["hugo"]) == (f"{CHANGED}", f"{CHANGED - 10}")
    assert give(of("Your decisions")) == 0
    assert marks() == FIRST | {"ada": f"{PART + 2}", "bob": f"{WHOLE + 1}", "eve": "excused", "zoe": "5",
                               "dan": f"{WHOLE - WORTH['4.4']}"}
    said = Path("grades/feedback/ada.html").read_text(encoding="utf-8")
    assert "The idea is right; the axis is wrong." in said
    assert capsys.readouterr().err == ""
    assert give(of("All lists together")) == 0
    assert (marks()["eve"], marks()["zoe"], marks()["kim"]) == ("excused", "5", f"{CHANGED}")


def test_an_appeal(at_work, capsys):
    assert give(of("Grade")) == 0
    del at_work[:]
    assert give(of("Appeals")) == 0 and at_work == ["ada/04_multi_head_attention.ipynb"] and marks() == FIRST
    full = f"{WHOLE} of {WHOLE}"
    assert f"Graded anew: ada/04_multi_head_attention.ipynb: {full}; before: {full}." in capsys.readouterr().out
    assert "(--regrade)" in Path("grades/feedback/ada.html").read_text(encoding="utf-8")


def test_likeness(at_work):
    assert give(of("Answers that are alike")) == 0 and Path("grades/likeness.html").exists() and marks() == FIRST


def test_canvas_and_back(at_work):
    canvas()
    assert give(of("Canvas")) == 0 and marks() == FIRST
    rows = {row["ID"]: row["Homework 4 (12345)"] for row in table(Path("grades/canvas.csv"))}
    assert rows == {"": f"{WHOLE}"} | {str(100 + n): FIRST[who] for n, who in enumerate(CLASS) if FIRST[who].isdigit()}
    with zipfile.ZipFile("grades/feedback_canvas.zip") as archive:
        assert len(archive.namelist()) == 14, "of all but Zoe"


def test_moodle_and_back(at_work):
    assert give(of("Moodle")) == 0 and marks() == FIRST
    rows = {row["Identifier"].split()[1]: row["Grade"] for row in table(Path("grades/moodle.csv"))}
    assert rows == {str(500 + n): FIRST[who] for n, who in enumerate(CLASS) if FIRST[who].isdigit()}
    with zipfile.ZipFile("grades/feedback_moodle.zip") as archive:
        assert len(archive.namelist()) == 14


@pytest.mark.slow
def test_the_others(at_work, capsys):
    assert give(of("Gradescope")) == 0 and zipfile.is_zipfile("autograder.zip")
    assert give(of("nbgrader")) == 0 and marks() == dict.fromkeys(CLASS[:3], f"{WHOLE}")
    assert give(of("A class too large for one machine")) == 0


def test_what_the_guide_says_of_options_holds():
    usage = cli.parser("grade").format_help()
    assert {*re.findall(r"(--[a-z][a-z-]+)", usage)} - {"--help", "--no-progress", "--workers"} <= {
        *re.findall(r"(--[a-z][a-z-]+)", GUIDE)}, "the guide names every option"


def test_the_guides_commands_are_ones_that_we_have():
    commands = re.findall(r"python -m classroom (\w+) ([^`\n]+)", GUIDE)
    assert len(commands) >= 8
    for command, arguments in commands:
        assert command == "grade"
        options = cli.parser("grade").parse_args(shlex.split(arguments))
        assert options.gradescope_zip or options.submissions and options.out
    assert set(re.findall(r"--[a-z][a-z-]+", cli.parser("grade").format_help())) >= set(
        re.findall(r"`(--[a-z][a-z-]+)", GUIDE))


def test_the_guides_lists_are_ones_that_we_read(tmp_path):
    readers = {"learner,name,email": roster.read, "learner,percent,lesson": adjust.read_late,
               "lesson,due,grace_hours,percent_per_day,learner": due.read, "learner,lesson,time": due.read_times,
               "exercise,points": adjust.read_points, "group,learner": groups.read,
               "learner,lesson,exercise,points,comment": decisions.read}
    lists = re.findall(r"```\n(\w+(?:,\w+)+)\n(.*?)```", GUIDE, re.DOTALL)
    assert sorted(header for header, _ in lists) == sorted(readers), "each kind of list is shown once"
    for header, rows in lists:
        path = tmp_path / "list.csv"
        path.write_text(f"{header}\n{rows}", encoding="utf-8")
        found = readers[header](path)
        assert len(found.people if header == "learner,name,email" else [*found.rules, *found.extensions] if "due" in
                   header else sum(found.values(), []) if "group" in header else found) == len(rows.splitlines())
