"""How well exams do what docs/exams.md says.

    python -m tools.measure.exams                 # all of it; the times need a machine that does nothing else
    python -m tools.measure.exams --class 0       # without the class that is made and marked, which takes longest
    python -m tools.measure.exams --sheets 100 --draws 500 --class 30

An exam with all tasks there are is drawn for many learners. Its sheets are answered with the lessons' published
solutions, with right answers in several styles (tests/variants/sheets), and with the answers to the sheets of others.
Each is judged on the exam's hidden cases, as in a mark but in this process. Then a class sits an exam of four tasks:
its sheets are made and marked by the commands.
"""
import argparse
import csv
import itertools
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
from tqdm import tqdm

from classroom.exam.families import FAMILIES
from classroom.exam.marking import ExamGrader
from classroom.exam.report import shared
from classroom.exam.sheet import Exam
from tests.variants import sheets
from tests.variants.sheets.published import PUBLISHED

__all__ = ["main", "neighbours", "published", "right"]

_TASKS = ("attention", "heads", "loss", "masks")          # of the class


def published(grader: ExamGrader) -> tuple[int, int, int]:
    """Of all tasks on all sheets: how many the published solutions solve, how many are named as them, how many are."""
    solved = named = asked = 0
    for key, learners in _each_variant(grader):
        verdict, found = grader.judge_here(learners[0], key, PUBLISHED[key])
        asked += len(learners)
        solved += len(learners) * (verdict.points > 0)
        named += len(learners) * (found["finding"] == "published")
    return solved, named, asked


def right(grader: ExamGrader) -> dict[str, tuple[int, int]]:
    """By style: how many of all tasks on all sheets a right answer solves with all points, and how many there are."""
    solved: Counter[str] = Counter()
    asked = 0
    for key, learners in _each_variant(grader):
        family = grader.exam.family(key)
        variant = grader.exam.variant(grader.sheets[learners[0]], key)
        asked += len(learners)
        for style in sheets.STYLES:
            verdict, _ = grader.judge_here(learners[0], key, sheets.answer(family, variant, style))
            solved[style] += len(learners) * (verdict.points == family.points)
    return {style: (solved[style], asked) for style in sheets.STYLES}


def neighbours(grader: ExamGrader, draws: int, seed: int = 0) -> Counter[str]:
    """What is found of answers to the sheets of others: draws of two learners and a task in which their sheets differ.

    "named" and "one convention apart" are recognised: the other's sheet is among those that the report names. "same"
    counts pairs that were drawn besides and ask the same.
    """
    rng, found = np.random.default_rng(seed), Counter[str]()
    learners = list(grader.sheets)
    with tqdm(total=draws, unit="draw", desc="Answers of others", disable=None) as bar:
        while sum(found.values()) - found["same"] < draws:
            one, other = (learners[n] for n in rng.choice(len(learners), 2, replace=False))
            key = grader.exam.tasks[rng.integers(len(grader.exam.tasks))]
            theirs = grader.exam.variant(grader.sheets[other], key)
            if grader.sheets[one].variants[key] == grader.sheets[other].variants[key]:
                found["same"] += 1
                continue
            style = ("all at once, with NumPy", "number by number, in loops")[int(rng.integers(2))]
            _, seen = grader.judge_here(one, key, sheets.answer(grader.exam.family(key), theirs, style))
            kind = {"other": "named", "one off": "one convention apart"}.get(seen["finding"], "not recognised")
            found[kind if other in seen["sheets"] else "not recognised"] += 1
            bar.update()
    return found


def _each_variant(grader: ExamGrader) -> Iterator[tuple[str, list[str]]]:
    """For each task and each variant of it that is on a sheet, the learners who have it: it is judged once."""
    for key in tqdm(grader.exam.tasks, unit="task", desc="Sheets", disable=None):
        having: dict[int, list[str]] = {}
        for learner, sheet in grader.sheets.items():
            having.setdefault(sheet.variants[key], []).append(learner)
        yield from ((key, learners) for learners in having.values())


def sit(number: int, folder: Path, workers: int = 2) -> dict[str, float]:
    """Have a class sit an exam, by the commands; returns seconds and counts."""
    names = [f"learner{n:03d}" for n in range(number)]
    (folder / "class.csv").write_text("\n".join(["learner", *names]), encoding="utf-8")
    made = _timed("exam", "new", "--roster", folder / "class.csv", "--tasks", ",".join(_TASKS), "--out",
                  folder / "exam")
    exam = Exam.read(folder / "exam")
    kinds = itertools.cycle([*sheets.STYLES, "published", "neighbour", "mistake", "empty"])
    handed_in = dict(zip(names, kinds, strict=False))
    (folder / "submissions").mkdir()
    for n, name in enumerate(names):
        notebook = nbformat.read(folder / "exam" / "sheets" / f"{name}.ipynb", as_version=4)
        cells = {cell.id: cell for cell in notebook.cells}
        for key in _TASKS if handed_in[name] != "empty" else ():
            cells[f"{key}-answer"].source = _written(exam, names, n, key, handed_in[name])
        nbformat.write(notebook, folder / "submissions" / f"{name}.ipynb")
    marked = _timed("grade", folder / "exam", folder / "submissions", "--out", folder / "marks", "--workers", workers)
    with (folder / "marks" / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    styled = [name for name in names if handed_in[name] in sheets.STYLES]
    groups = shared(exam, names)
    report = (folder / "marks" / "report.html").read_text(encoding="utf-8")
    return {
        "made in seconds": made, "marked in seconds": marked, "right sheets": len(styled),
        "right sheets with all points": sum(rows[name]["points"] == rows[name]["of"] for name in styled),
        "groups of sheets that agree in a task": sum(map(len, groups.values())),
        "of these named as such in the report": sum(", ".join(group) in report for found in groups.values()
                                                    for group in found)}


def _written(exam: Exam, names: list[str], n: int, key: str, kind: str) -> str:
    family, style = exam.family(key), kind if kind in sheets.STYLES else "all at once, with NumPy"
    whose = names[(n + 1) % len(names)] if kind == "neighbour" else names[n]
    variant = family.usual if kind == "published" else exam.variant(exam.sheet(whose), key)
    return sheets.code(family, variant, style, **(family.mistakes[0].how if kind == "mistake" else {}))


def _timed(*arguments: object) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "classroom", *map(str, arguments), "--no-progress"], check=True,
                   stdout=subprocess.DEVNULL)
    return round(time.monotonic() - started, 1)


def main(arguments: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=int, default=1000, help="learners who have a sheet (default: 1000)")
    parser.add_argument("--draws", type=int, default=10_000, help="answers to the sheets of others (default: 10000)")
    parser.add_argument("--class", type=int, default=300, dest="size", help="learners who are marked (default: 300)")
    parser.add_argument("--workers", type=int, default=2, help="processes that mark (default: 2)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        Exam("Measured", tuple(FAMILIES), secrets.token_bytes(32)).write(folder)
        grader = ExamGrader(str(folder), [f"learner{n}" for n in range(options.sheets)], seed=0)
        solved, named, asked = published(grader)
        print(f"published solutions: {solved} of {asked} tasks on {options.sheets} sheets solved, {named} named so")
        for style, (solved, asked) in right(grader).items():
            print(f"right, {style}: {solved} of {asked} with all points")
        found = neighbours(grader, options.draws)
        known = found["named"] + found["one convention apart"]
        print(f"answers to the sheets of others: {known} of {options.draws} recognised, of which "
              f"{found['one convention apart']} one convention apart; {found['same']} more pairs ask the same")
    if options.size:
        with tempfile.TemporaryDirectory() as place:
            print(f"a class of {options.size} with {len(_TASKS)} tasks, {options.workers} workers: " + ", ".join(
                f"{value:g} {what}" for what, value in sit(options.size, Path(place), options.workers).items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
