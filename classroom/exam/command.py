"""`build-a-transformer exam`: make sheets that differ from learner to learner, and mark them.

    build-a-transformer exam new --roster class.csv --tasks attention,heads,loss --out exam/
    build-a-transformer exam grade exam/ submissions/ --out marks/
    build-a-transformer exam tasks
"""
import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from tqdm import tqdm

from classroom.grade.batch import graded
from classroom.grade.book import adjust
from classroom.grade.journal import Journal
from classroom.grade.launch import need_fork
from classroom.grade.read import roster
from classroom.grade.read.submissions import Submission, find
from classroom.grade.record import LEVELS
from course._paths import atomic_path

from . import report
from .families import FAMILIES
from .sheet import Exam, ExamError

__all__ = ["grade", "main", "new"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code: 2 if it could not begin, 1 if something could not be graded."""
    options = _parser().parse_args(arguments)
    try:
        if options.what == "new":
            return _new(options)
        if options.what == "grade":
            return _grade(options)
        print(_tasks())
        return 0
    except (ExamError, adjust.SettingsError, OSError, RuntimeError, ValueError) as error:
        print(f"build-a-transformer exam: {error}", file=sys.stderr)
        return 2


def new(exam: Exam, learners: Sequence[str], folder: Path, progress: bool = True) -> list[Path]:
    """Write the exam and a notebook for each learner, `sheets/LEARNER.ipynb`; returns the notebooks' paths.

    Raises:
        ExamError: if two learners have one name, or there is an exam in the folder already.
    """
    if (folder / "exam.json").exists():
        raise ExamError(f"{folder} holds an exam already, whose sheets may be in use. Choose another folder.")
    names = [_file_name(learner) for learner in learners]
    if len({name.casefold() for name in names}) < len(names) or not names:
        raise ExamError("every learner needs a name of their own in the roster's column `learner`, and one at least")
    for key in exam.tasks:
        exam.seed(key)                                  # there are cases on which all variants differ
    exam.write(folder)
    with atomic_path(folder / "learners.json") as temporary:
        temporary.write_text(json.dumps(list(learners), ensure_ascii=False, indent=1), encoding="utf-8")
    written = []
    pairs = list(zip(learners, names, strict=True))
    for learner, name in tqdm(pairs, unit="sheet", desc="Sheets", disable=not progress):
        path = folder / "sheets" / f"{name}.ipynb"
        with atomic_path(path) as temporary:
            nbformat.write(exam.notebook(exam.sheet(learner)), temporary)
        written.append(path)
    with atomic_path(folder / "sheets.csv") as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["learner", "sheet", *exam.tasks])
        for learner in learners:
            sheet = exam.sheet(learner)
            table.writerow([learner, sheet.number, *(sheet.variants[key] for key in exam.tasks)])
    return written


def grade(folder: Path, submissions: Sequence[Submission], out: Path, *, workers: int = 2, isolation: str = "none",
          progress: bool = True) -> list[dict]:
    """Mark what was handed in, each against its own sheet, and write the reports; returns the records."""
    need_fork()
    exam, learners = Exam.read(folder), json.loads((folder / "learners.json").read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    out.chmod(0o700)
    files = {_file_name(learner): learner for learner in learners}
    known = roster.of_learners(learners)
    own = []
    for submission in submissions:
        person = known.find(submission.learner)
        learner = person.learner if person else files.get(Path(submission.name).stem, submission.learner)
        own.append(Submission(learner, submission.name, submission.path, submission.notes, submission.ignored,
                              submission.unreadable))
    setting = {"exam": str(folder.resolve()), "learners": learners, "isolation": isolation}
    with Journal(out / "results.jsonl", own, None, None, isolation) as journal:       # type: ignore[arg-type]
        setting["seed"] = journal.seed
        with tqdm(total=len(own), initial=len(own) - len(journal.open), unit="sheet", desc="Marking",
                  disable=not progress) as bar:
            for submission, record in graded(journal.open, setting, max(1, min(workers, len(journal.open))),
                                             "classroom.exam.worker"):
                journal.write(submission, record)
                bar.update()
        records = journal.records()
    report.write(out, exam, _best(records), learners)
    return records


def _best(records: Sequence[dict]) -> list[dict]:
    """One record for each learner: the one with the most points."""
    found: dict[str, dict] = {}
    for record in records:
        before = found.get(record["learner"])
        if before is None or (record["points"] or 0) > (before["points"] or 0):
            found[record["learner"]] = record
    return list(found.values())


def _new(options: argparse.Namespace) -> int:
    learners = [person.learner for person in roster.read(options.roster).people]
    tasks = [task.strip() for task in options.tasks.split(",") if task.strip()]
    exam = Exam.new(options.name, tasks, options.practice)
    written = new(exam, learners, options.out, not options.no_progress)
    print(f"{len(written)} sheets are in {options.out / 'sheets'}: give each learner their own, and nothing else of "
          f"this folder. Keep {options.out / 'exam.json'}: marking needs it, and whoever has it can make every sheet.")
    return 0


def _grade(options: argparse.Namespace) -> int:
    submissions = find(options.submissions)
    records = grade(options.exam, submissions, options.out, workers=options.workers,
                    isolation=options.require_isolation, progress=not options.no_progress)
    strangers = [record["learner"] for record in records if record["status"] == "missing"]
    failed = [record["learner"] for record in records if record["status"] == "grader error"]
    print(f"{len(records)} handed in. Open {options.out / 'report.html'}; marks.csv and feedback/ are beside it.")
    for what, who in (("Not marked, see marks.csv", strangers), ("Could not be graded", failed)):
        if who:
            print(f"{what}: {', '.join(who)}", file=sys.stderr)
    return 1 if failed or strangers else 0


def _tasks() -> str:
    lines = []
    for key, family in FAMILIES.items():
        lines.append(f"{key:12}{family.title}: {len(family.variants)} variants, {family.turned} of "
                     f"{len(family.switches)} conventions other than in lesson {family.lesson:02d}; "
                     f"{family.points} points")
    return "\n".join(lines)


def _file_name(learner: str) -> str:
    """What can be a file's name everywhere."""
    return "".join(c if c.isalnum() or c in "-_.@ " else "_" for c in learner).strip(" .") or "_"


def _parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(prog="build-a-transformer exam", description="Exams whose sheets differ.")
    whats = command.add_subparsers(dest="what", required=True, metavar="new | grade | tasks")
    make = whats.add_parser("new", help="make the sheets")
    make.add_argument("--roster", type=Path, required=True, metavar="CSV", help="the class, as for `grade`")
    make.add_argument("--tasks", required=True, metavar="A,B,C", help=f"some of {', '.join(FAMILIES)}")
    make.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a new folder, for you alone")
    make.add_argument("--name", default="Exam", help="what stands above each sheet (default: Exam)")
    make.add_argument("--practice", action="store_true", help="sheets whose check says what is wrong")
    make.add_argument("--no-progress", action="store_true")
    mark = whats.add_parser("grade", help="mark what was handed in")
    mark.add_argument("exam", type=Path, metavar="EXAM", help="the folder that `new` has made")
    mark.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip, as for `grade`")
    mark.add_argument("--out", type=Path, required=True, metavar="MARKS", help="the folder for marks and reports")
    mark.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default: 2)")
    mark.add_argument("--require-isolation", choices=LEVELS, default="none", metavar="LEVEL")
    mark.add_argument("--no-progress", action="store_true")
    whats.add_parser("tasks", help="list the tasks that there are")
    return command
