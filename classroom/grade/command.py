"""The command `python -m classroom grade`: from a folder of notebooks to marks, pages and tables."""
import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from classroom import exercises
from classroom.arguments import Parser
from classroom.judge.status import status_name
from course._words import later, listed, say

from . import journal, lessons, tidy
from .book import (
    adjust,
    decisions,
    due,
    files,
    gradebook,
    gradescope_export,
    groups,
    lms,
    owners,
    pages,
    several,
    tables,
    tally,
)
from .book.mark import UNDECIDED
from .book.safe import line
from .read import roster
from .read.submissions import Found, Submission, find
from .record import LEVELS, Record

_NOT_ISOLATED = later("""\
################################################################################
#  NOT ISOLATED. Learners' code ran with all your rights: it could read and     #
#  change your files and use the network, and so its marks prove nothing.       #
#  Grade on Linux, in a container or a virtual machine, or only code that you   #
#  trust. --require-isolation full refuses to run like this.                    #
################################################################################""")
_PARTLY = later(
    "PARTLY ISOLATED: this system has not both Landlock and seccomp, so learners' code may read your files, or use the "
    "network. isolation_details in results.jsonl says what there is; --require-isolation full refuses to run so.")
_NAMED = 30                # learners that are named in one sentence


def main(arguments: Sequence[str] | None = None, prog: str = "python -m classroom grade") -> int:
    """Grade, write the reports, and return an exit code.

    0: everything has been said; 1: some submissions could not be graded (grader errors), it is not decided which of
    several notebooks counts, something was ignored, or a table for Canvas or Moodle was refused, since its points are
    not ours; 2: the command could not begin.
    """
    options = parser(prog).parse_args(arguments)
    try:
        if options.gradescope_zip:
            return _gradescope_zip(options)
        if options.submissions is None or options.out is None:
            raise adjust.SettingsError(say("SUBMISSIONS and --out are needed: {command}",
                                           command=say("{prog} SUBMISSIONS --out GRADES", prog=prog)))
        with tidy.temporary_files():
            return _grade(options)
    except KeyboardInterrupt:
        print(say("\nStopped. What has been graded is kept: the same command goes on from there."), file=sys.stderr)
        return 130
    except (adjust.SettingsError, OSError) as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 2


def parser(prog: str) -> argparse.ArgumentParser:
    """The command's arguments."""
    command = Parser(
        prog=prog, description=say("Grade a folder (or a zip, or an LMS's download) of learners' notebooks."),
        epilog=say("A run that was interrupted continues where it stopped when it is given again. "
                   "docs/teachers_guide.md goes through it step by step."))
    add, file = command.add_argument, say("FILE")
    add("submissions", nargs="?", type=Path, metavar=say("SUBMISSIONS"), help=say("a folder, a zip, or one notebook"))
    add("--out", type=Path, metavar=say("GRADES"), help=say("the folder for results, tables and pages"))
    add("--lesson", metavar="NN", help=say("the lesson that everybody hands in, as 04; by default each notebook tells"))
    add("--roster", type=Path, metavar="CSV", help=say(
        "the class: your own list, or an export of Canvas, Moodle, ..."))
    add("--points", type=Path, metavar=file, help=say("what exercises are worth instead, as CSV or TOML"))
    add("--late", type=Path, metavar="CSV", help=say(
        "late work: the columns learner, percent and, if need be, lesson"))
    add("--due", type=Path, metavar="CSV", help=say(
        "deadlines: lesson, due, and if need be grace_hours, percent_per_day, and learner for an extension"))
    add("--times", type=Path, metavar="CSV", help=say(
        "with --due: when work was handed in: learner, time, lesson, where neither Moodle's worksheet nor Gradescope's "
        "export says it"))
    add("--adjust", type=Path, metavar="CSV", help=say(
        "your own decisions, which come last: learner, lesson or exercise, points (a number, +1, -1 or EX to excuse), "
        "comment"))
    add("--several", choices=several.RULES, default="best", metavar=say("RULE"), help=say(
        "where a learner handed in several notebooks for a lesson: best (the default), latest, or refuse, which gives "
        "no mark until you have decided"))
    add("--groups", type=Path, metavar="CSV", help=say(
        "groups: the columns group and learner; one member's notebook counts for all"))
    add("--regrade", action="append", default=[], metavar=say("LEARNER"), help=say(
        "grade this learner anew, after an appeal; the result before is kept and shown. May be given several times"))
    add("--scale", action="store_true", help=say(
        "convert points if an assignment in Canvas or Moodle is worth others"))
    add("--likeness", action="store_true", help=say(
        "also list pairs of learners whose answers are alike; no mark changes"))
    add("--canvas-column", action="append", default=[], metavar=say("NN=NAME"), help=say(
        "the assignment's name in Canvas, as '04=Homework 4 (12345)'"))
    add("--workers", type=_positive, default=2, metavar="N", help=say("processes on this machine (default: 2)"))
    add("--scheduler", metavar=say("ADDRESS"), help=say("grade on a Dask cluster instead, as tcp://host:8786"))
    add("--require-isolation", choices=LEVELS, default="none", metavar=say("LEVEL"), help=say(
        "refuse to run learners' code with less: none, partial or full (default: none)"))
    add("--seed", type=int, metavar="N", help=say(
        "of the random cases; by default a fresh one, which the results record"))
    add("--no-progress", action="store_true", help=say("draw no progress bar"))
    add("--gradescope-zip", type=Path, metavar="ZIP", help=say(
        "grade nothing; build an autograder for Gradescope"))
    add("--pip-args", default="", metavar=say("ARGS"), help=say("with --gradescope-zip: options for pip there"))
    return command


def _chosen_lesson(lesson: str | None) -> str | None:
    """ "4", "04" or "04_multi_head_attention" -> the name that records have. Raises SettingsError if there is none."""
    if lesson is None:
        return None
    number = lesson.partition("_")[0]
    if not number.isdigit() or int(number) not in exercises.lessons():
        known = listed(f"{n:02d}" for n in exercises.lessons())
        raise adjust.SettingsError(say("--lesson: there is no lesson {lesson}; there are: {known}", lesson=repr(lesson),
                                       known=known))
    return lessons.lesson_name(int(number))


def _grade(options: argparse.Namespace) -> int:
    lesson = _chosen_lesson(options.lesson)
    columns = _columns(options.canvas_column)
    class_ = roster.read(options.roster) if options.roster else None
    points = adjust.read_points(options.points) if options.points else {}
    late = adjust.read_late(options.late) if options.late else {}
    if options.times and not options.due:
        raise adjust.SettingsError(say("--times needs --due: times alone take nothing off"))
    deadlines = due.read(options.due, options.times) if options.due else None
    decided = decisions.read(options.adjust) if options.adjust else []
    grouped = groups.read(options.groups) if options.groups else {}
    elsewhere = sorted({id for id in points if lesson and id not in adjust.exercises_of(lesson)})
    if elsewhere and len(elsewhere) == len(points):
        raise adjust.SettingsError(say("{file}: none of its exercises is in lesson {lesson}: {ids}",
                                       file=options.points, lesson=lesson, ids=listed(elsewhere)))
    submissions = _find(options.submissions)
    export = gradescope_export.find(options.submissions)
    handed_in = [{"learner": submission.learner, "submission": submission.name} for submission in submissions]
    again, nobody = owners.submissions_of(options.regrade, handed_in, class_, export, grouped)
    if nobody:
        raise adjust.SettingsError(say("--regrade: nothing was handed in by {learners}", learners=listed(nobody)))
    if not files.private(options.out):
        _warn(say("{folder} holds other files and can be read by others on this computer, so it was not closed. Close "
                  "it (chmod 700 {folder}), or choose a new folder.", folder=options.out))
    results = options.out / "results.jsonl"
    if again:
        journal.supersede(results, again, "--regrade")
    before = len(journal.superseded(results))
    try:
        records = _run(options, submissions, results)
    except RuntimeError as error:       # too little isolation, no worker that starts
        raise adjust.SettingsError(str(error)) from None
    book = gradebook.build(records, class_, lesson=lesson, points=points, late=late, decided=decided,
                           deadlines=deadlines, export=export, rule=options.several, grouped=grouped,
                           stamps=due.nbgrader(options.submissions, submissions),
                           earlier=journal.superseded(results))
    sources = {(submission.learner, submission.name): submission.path for submission in submissions}
    written = files.write(options.out, book, columns, scale=options.scale, alike=sources if options.likeness else None)
    _slips(book, points, late, deadlines, decided)
    _say_anew(records, again, results)
    replaced = [record["submission"] for record in journal.superseded(results)[before:]]
    if replaced:
        print(say("Replaced since the last run, and graded anew: {names}", names=_some(replaced)))
    if submissions.left:
        print(say("Nobody's work, and left out: {names}", names=_some(submissions.left)))
    ignored = [f"{submission.learner}: {text}" for submission in submissions for text in submission.ignored]
    for text in ignored:
        _warn(text)
    return _say(book, options.out, written) or int(bool(ignored))


def _find(path: Path) -> Found:
    try:
        return find(path)
    except ValueError as error:
        raise adjust.SettingsError(str(error)) from None


def _run(options: argparse.Namespace, submissions: list[Submission], results: Path) -> list[Record]:
    """Grade here, or on a cluster."""
    lesson = _chosen_lesson(options.lesson)
    settings: dict[str, Any] = {"lesson": lesson and lesson[:2], "isolation": options.require_isolation,
                                "seed": options.seed, "progress": not options.no_progress}
    if options.scheduler:
        from . import cluster
        return cluster.grade_all(submissions, results, options.scheduler, **settings)
    from . import batch
    return batch.grade_all(submissions, results, workers=options.workers, **settings)


def _slips(book: gradebook.Gradebook, points: adjust.Points, late: adjust.Late, deadlines: due.Deadlines | None,
           decided: Sequence[decisions.Decision]) -> None:
    """Warn of what in the teacher's lists has had no effect."""
    there = {id for lesson in book.lessons for id in adjust.exercises_of(lesson)}
    unused = [id for id in points if id not in there]
    if unused:
        _warn(say("In the list of points, but in no lesson that was handed in: {ids}.", ids=listed(unused)))
    times = deadlines or due.Deadlines()
    for what, nobody in ((say("late work"), gradebook.unmatched(late, book)),
                         (say("extensions"), gradebook.unmatched(times.extensions, book)),
                         (say("times"), gradebook.unmatched(times.times, book)),
                         (say("your decisions"), gradebook.undecided(decided, book)),
                         (say("groups"), book.ungrouped)):
        if nobody:
            _warn(say("In the list of {what}, but not in the class: {learners}.", what=what, learners=listed(nobody)))
    if book.untimed:
        _warn(say("It is not known when these handed in, and nothing was taken off: {learners}. --times takes a list.",
                  learners=listed(book.untimed)))


def _say(book: gradebook.Gradebook, out: Path, written: lms.Written) -> int:
    marks = book.marks()
    counts = Counter(mark.status for mark in marks)
    how_many = listed(say("{count} {status}", count=n, status=status_name(status))
                      for status, n in counts.most_common())
    print(say("{n} learners: {how_many}.", n=len(book.learners), how_many=how_many))
    print(say("Open {page}; tables and feedback pages are beside it.", page=out / "class.html"))
    _say_without_a_mark(book)
    strangers = [learner.person.learner for learner in book.learners if not learner.expected]
    if strangers:
        _warn(say("Not on the roster: {learners}. They are in grades.csv, and not in what goes to an LMS by number. "
                  "Put the name of their folder or file into the roster's column `learner`.",
                  learners=listed(strangers)))
    for learner in book.learners:
        for mark in learner.marks.values():
            if mark.chosen:
                (_warn if mark.status == UNDECIDED else print)(say(
                    "{learner}, lesson {lesson}: {what}.", learner=learner.person.learner, lesson=mark.lesson[:2],
                    what=mark.chosen))
    versions = pages.versions(book)
    if versions:
        _warn(say("These results are of several versions of the course: {versions}. Grade into a new --out folder to "
                  "have all of one version.", versions=listed(f"{version} ({n})" for version, n in versions.items())))
    packages = tally.not_installed(book)
    if packages:
        _warn(say("Notebooks import packages that are not installed here: {packages}. Install those that you allow, "
                  "and grade these learners anew (--regrade).",
                  packages=listed(f"{name} ({count})" for name, count in packages.items())))
    for note in written.notes:
        print(note)
    for refusal in written.refused:
        _warn(refusal)
    levels = {(mark.record or {}).get("isolation") for mark in marks if mark.exercises}
    if levels & {"none", "partial"}:
        _warn(say(_NOT_ISOLATED if "none" in levels else _PARTLY))
    if counts["grader error"]:
        _warn(say("{n} could not be graded, through no fault of the learner. They have no mark; results.jsonl says "
                  "why.", n=counts["grader error"]))
    return 1 if counts["grader error"] or counts[UNDECIDED] or written.refused else 0


def _say_without_a_mark(book: gradebook.Gradebook) -> None:
    """Who has no mark though the command has looked for one, and why, where something was handed in."""
    for status in ("missing", "unreadable", "grader error"):
        said = []
        for learner in book.learners:
            for mark in learner.marks.values():
                if mark.status == status:
                    why = str((mark.record or {}).get("message") or "")
                    who = learner.person.learner
                    if len(book.lessons) > 1:
                        who = say("{learner} in {lesson}", learner=who, lesson=mark.lesson[:2])
                    said.append(say("{name} ({result})", name=who, result=line(why, 160)) if why else who)
        more = [say("and {n} more, in grades.csv", n=len(said) - _NAMED)] if len(said) > _NAMED else []
        if said:
            what = status_name(status)
            print(say("{what}: {learners}", what=what[:1].upper() + what[1:], learners=listed([*said[:_NAMED], *more])))


def _say_anew(records: Sequence[Record], again: set[tuple[str, str]], results: Path) -> None:
    """What --regrade has changed."""
    before = {(record["learner"], record["submission"]): record for record in journal.superseded(results)}
    for record in records:
        key = record["learner"], record["submission"]
        if key in again:
            old = _said(before[key]) if key in before else say("no mark")
            print(say("Graded anew: {name}: {now}; before: {old}.", name=record["submission"], now=_said(record),
                      old=old))


def _said(record: Mapping[str, Any]) -> str:
    if record["status"] != "graded":
        return status_name(str(record["status"]))
    return say("{points} of {max_points}", points=tables.number(record["points"]),
               max_points=tables.number(record["max_points"]))


def _some(names: Sequence[str]) -> str:
    return listed([*names[:_NAMED], *["…"] * (len(names) > _NAMED)])


def _gradescope_zip(options: argparse.Namespace) -> int:
    from classroom.grade.book.gradescope import build_zip

    lesson = _chosen_lesson(options.lesson)
    if lesson is None:
        raise adjust.SettingsError(say("--gradescope-zip needs --lesson NN: one autograder is for one assignment"))
    path = build_zip(options.gradescope_zip, lesson, points=options.points, isolation=options.require_isolation,
                     pip_args=options.pip_args, rule=options.several)
    print(say("Wrote {path}. Upload it on Gradescope under Configure Autograder. Building the image there takes a few "
              "minutes, once; each submission then takes about as long as its slowest answers, and some seconds to "
              "start.", path=path))
    return 0


def _columns(given: Sequence[str]) -> dict[str, str]:
    columns = {}
    for text in given:
        lesson, equals, name = text.partition("=")
        if not equals or not lesson.strip().isdigit() or not name.strip():
            raise adjust.SettingsError(say("--canvas-column: expected NN=NAME, as '04=Homework 4 (12345)', got {given}",
                                           given=repr(text)))
        columns[f"{int(lesson):02d}"] = name.strip()
    return columns


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(say("expected 1 or more, got {number}", number=number))
    return number


def _warn(text: str) -> None:
    print(text, file=sys.stderr)
