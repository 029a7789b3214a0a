"""`build-a-transformer exam`: make sheets that differ from learner to learner, and mark them.

    build-a-transformer exam tasks
    build-a-transformer exam new --roster class.csv --tasks attention,heads,loss --out exam
    build-a-transformer exam add exam ada bob
    build-a-transformer grade exam submissions --out marks
"""
import argparse
import csv
import json
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import nbformat
from tqdm import tqdm

from classroom.arguments import Parser
from classroom.grade.book import adjust
from classroom.grade.read import roster
from classroom.grade.read.submissions import find
from classroom.grade.record import LEVELS
from course._paths import atomic_path
from course._words import later, listed, say

from . import run, tables
from .families import FAMILIES
from .report import file_name
from .sheet import NAME, OWN, Exam, ExamError, own_families

__all__ = ["add", "main", "new"]

_WITHOUT_A_MARK = {
    "missing": later("Not marked: {learners}"), "unreadable": later("Cannot be read: {learners}"),
    "grader error": later("Could not be graded, through no fault of the learner: {learners}")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code: 2 if it could not begin, 1 if something could not be graded."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ExamError, adjust.SettingsError, OSError, RuntimeError, ValueError) as error:
        print(f"build-a-transformer {'grade' if options.run is _grade else 'exam'}: {error}", file=sys.stderr)
        return 2


def new(exam: Exam, learners: Sequence[str], folder: Path, progress: bool = True) -> list[Path]:
    """Write the exam and a notebook for each learner, `sheets/LEARNER.ipynb`; returns the notebooks' paths.

    Raises:
        ExamError: if two learners have one name, or there is an exam in the folder already.
    """
    if (folder / "exam.json").exists():
        raise ExamError(say("{folder} holds an exam already, whose sheets may be in use. Choose another folder, or "
                            "give more learners a sheet of this exam: exam add {folder} LEARNER ...", folder=folder))
    _different(learners)
    for key in exam.tasks:
        exam.seed(key)                                  # there are cases on which all variants differ
    exam.write(folder)
    return _sheets(exam, learners, learners, folder, progress)


def add(folder: Path, learners: Sequence[str], progress: bool = True) -> list[Path]:
    """Sheets of an exam that there is, for more learners; those of others stay as they are."""
    exam, before = Exam.read(folder), run.learners_of(folder)
    everybody = [*before, *learners]
    _different(everybody)
    return _sheets(exam, learners, everybody, folder, progress)


def _different(learners: Sequence[str]) -> None:
    names = Counter(file_name(learner).casefold() for learner in learners)
    if twice := [learner for learner in learners if names[file_name(learner).casefold()] > 1]:
        raise ExamError(say("every learner needs a name of their own; these are too much alike: {names}",
                            names=listed(twice[:10])))
    if not names:
        raise ExamError(say("there is no learner in the roster: its column `learner` has a name for each"))


def _sheets(exam: Exam, learners: Sequence[str], everybody: Sequence[str], folder: Path, progress: bool) -> list[Path]:
    written = []
    for learner in tqdm(learners, unit=say("sheet"), desc=say("Sheets"), disable=not progress):
        path = folder / "sheets" / f"{file_name(learner)}.ipynb"
        with atomic_path(path) as temporary:
            nbformat.write(exam.notebook(exam.sheet(learner)), temporary)
        written.append(path)
    with atomic_path(folder / "learners.json") as temporary:
        temporary.write_text(json.dumps(list(everybody), ensure_ascii=False, indent=1), encoding="utf-8")
    with atomic_path(folder / "sheets.csv") as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["learner", "sheet", *exam.tasks])
        for learner in everybody:
            sheet = exam.sheet(learner)
            table.writerow([learner, sheet.number, *(sheet.variants[key] for key in exam.tasks)])
    return written


def _new(options: argparse.Namespace) -> int:
    learners = [person.learner for person in roster.read(options.roster).people]
    tasks = [task.strip() for task in options.tasks.split(",") if task.strip()]
    exam = Exam.new(options.name, tasks, options.practice, own_families(options.own) if options.own else None)
    written = new(exam, learners, options.out, not options.no_progress)
    shutil.copyfile(options.roster, options.out / run.ROSTER)
    if options.own:
        shutil.copyfile(options.own, options.out / OWN)
    print(say("{n} sheets are in {sheets}: give each learner their own, and nothing else of this folder. Keep "
              "{secret}: marking needs it, and whoever has it can make every sheet.", n=len(written),
              sheets=options.out / "sheets", secret=options.out / "exam.json"))
    return 0


def _add(options: argparse.Namespace) -> int:
    for path in add(options.exam, options.learner, not options.no_progress):
        print(path)
    return 0


def _grade(options: argparse.Namespace) -> int:
    records = run.grade(options.exam, find(options.submissions), options.out, workers=options.workers,
                        isolation=options.require_isolation, progress=not options.no_progress)
    print(say("{n} handed in. Open {page}; marks.csv and feedback/ are beside it.", n=len(records),
              page=options.out / "report.html"))
    for status, what in _WITHOUT_A_MARK.items():
        if found := [say("{name} ({result})", name=record["learner"], result=record["message"]) for record in records
                     if record["status"] == status]:
            print(say(what.text, learners=listed(found, "{first}; {next}")), file=sys.stderr)
    lacking = Counter(name for record in records for name in record.get("not_installed") or [])
    if lacking:
        print(say("Notebooks import packages that are not installed here: {packages}. Install those that you allow, "
                  "remove {results}, and mark again.", results=options.out / "results.jsonl",
                  packages=listed(say("{name} ({count})", name=name, count=n) for name, n in lacking.items())),
              file=sys.stderr)
    if any(record["isolation"] == "none" and record["exercises"] for record in records):
        print(say("NOT ISOLATED: learners' code ran with all your rights, and could read the exam's secret. Mark on "
                  "Linux, in a container or a virtual machine. --require-isolation full refuses to run like this."),
              file=sys.stderr)
    return 1 if any(record["status"] in ("missing", "grader error") for record in records) else 0


def _tasks(options: argparse.Namespace) -> int:
    print(tables.switches() if options.switches else tables.tasks(), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    command = Parser(prog="build-a-transformer exam", description=say("Exams whose sheets differ."))
    whats = command.add_subparsers(dest="what", required=True, metavar="new | add | grade | tasks")
    make = whats.add_parser("new", help=say("make the sheets"))
    make.add_argument("--roster", type=Path, required=True, metavar="CSV", help=say("the class, as for `grade`"))
    make.add_argument("--tasks", required=True, metavar="A,B,C", help=say("some of {tasks}", tasks=listed(FAMILIES)))
    make.add_argument("--out", type=Path, required=True, metavar=say("FOLDER"), help=say(
        "a new folder, for you alone"))
    make.add_argument("--name", default=NAME, metavar=say("NAME"), help=say(
        "what stands above each sheet (default: {name})", name=say(NAME)))
    make.add_argument("--practice", action="store_true", help=say("sheets whose check says what is wrong"))
    make.add_argument("--own", type=Path, metavar=say("FILE"), help=say(
        "a Python file with tasks of your own; it is run"))
    make.set_defaults(run=_new)
    more = whats.add_parser("add", help=say("make sheets of an exam for more learners"))
    more.add_argument("exam", type=Path, metavar=say("EXAM"), help=say("the folder that `new` has made"))
    more.add_argument("learner", nargs="+", metavar=say("LEARNER"), help=say("their names, as in the roster"))
    more.set_defaults(run=_add)
    mark = whats.add_parser("grade", help=say("mark what was handed in"), prog="build-a-transformer grade",
                            description=say("Mark the sheets of an exam, each against its own."))
    mark.add_argument("exam", type=Path, metavar=say("EXAM"), help=say("the folder that `exam new` has made"))
    mark.add_argument("submissions", type=Path, metavar=say("SUBMISSIONS"), help=say(
        "a folder or a zip, as for `grade`"))
    mark.add_argument("--out", type=Path, required=True, metavar=say("MARKS"), help=say(
        "the folder for marks and reports"))
    mark.add_argument("--workers", type=int, default=2, metavar="N", help=say(
        "processes (default: 2); with 0, this one marks them"))
    mark.add_argument("--require-isolation", choices=LEVELS, default="none", metavar=say("LEVEL"), help=say(
        "refuse to run learners' code with less: none, partial or full (default: none)"))
    mark.set_defaults(run=_grade)
    tasks = whats.add_parser("tasks", help=say("list the tasks that there are"))
    tasks.add_argument("--switches", action="store_true", help=say("with each convention's sentences, as Markdown"))
    tasks.set_defaults(run=_tasks)
    for each in (make, more, mark):
        each.add_argument("--no-progress", action="store_true", help=say("draw no progress bar"))
    return command
