"""What came of an exam, for the teacher: marks, who answered whose sheet, and a page for each learner."""
import csv
import html
import io
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classroom.grade.record import Record
from course._paths import atomic_path

from .families import FAMILIES
from .sheet import Exam, task_id

__all__ = ["said", "write"]

_WORDS = {
    "own": "right", "published": "the lessons' published solution, which answers another question",
    "other": "an answer to another sheet", "one off": "right but for one convention", "mistake": "a known mistake",
    "": "",
}
_STATUS = {"not attempted": "not attempted", "missing": "its cell is gone", "error": "stops with an error",
           "wrong": "wrong, and not recognised", "timeout": "did not end in time", "memory": "ran out of memory",
           "killed": "ended the process", "grader error": "could not be graded"}


def write(folder: Path, exam: Exam, records: Sequence[Record], learners: Sequence[str]) -> list[Path]:
    """Write `marks.csv`, `report.html` (for the teacher alone) and `feedback/LEARNER.html`; returns their paths."""
    there = {record["learner"]: record for record in records}
    tables = {
        folder / "marks.csv": _marks(exam, there, learners),
        folder / "report.html": _report(exam, there, learners),
        **{folder / "feedback" / f"{learner}.html": _page(exam, there[learner]) for learner in learners
           if learner in there},
    }
    for path, text in tables.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="")
    return list(tables)


def said(result: dict[str, Any]) -> str:
    """A finding in words."""
    words = _WORDS[result["finding"]] or _STATUS.get(result["status"], result["status"])
    if result["finding"] == "mistake":
        words = f"{words}: {', '.join(result['mistakes'])}"
    if result["sheets"]:
        words += f" (the sheet of {', '.join(result['sheets'])})"
    return words


def shared(exam: Exam, learners: Sequence[str]) -> dict[str, list[list[str]]]:
    """For each task the learners whose sheets happen to ask the same."""
    found = {}
    for key in exam.tasks:
        by_variant = defaultdict(list)
        for learner in learners:
            by_variant[exam.sheet(learner).variants[key]].append(learner)
        found[key] = [names for names in by_variant.values() if len(names) > 1]
    return found


def _marks(exam: Exam, there: dict[str, Record], learners: Sequence[str]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    by_task = [f"{key} {what}" for key in exam.tasks for what in ("points", "finding")]
    writer.writerow(["learner", "points", "of", *by_task, "notes"])
    for learner in learners:
        record = there.get(learner)
        if record is None:
            writer.writerow([_cell(learner), "", "", *[""] * (2 * len(exam.tasks)), "nothing was handed in"])
            continue
        results = {result["id"]: result for result in record["exercises"]}
        cells: list[Any] = []
        for key in exam.tasks:
            result = results.get(task_id(key))
            cells += ["", ""] if result is None else [result["points"], _cell(said(result))]
        notes = "; ".join(filter(None, [record["message"], *record["notes"]]))
        writer.writerow([_cell(learner), record["points"], record["max_points"], *cells, _cell(notes)])
    return file.getvalue()


def _cell(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def _report(exam: Exam, there: dict[str, Record], learners: Sequence[str]) -> str:
    rows, whose = [], []
    for learner in learners:
        record = there.get(learner)
        results = {} if record is None else {result["id"]: result for result in record["exercises"]}
        cells = [said(results[task_id(key)]) if task_id(key) in results else "" for key in exam.tasks]
        points = "" if record is None else f"{record['points']} of {record['max_points']}"
        notes = "nothing was handed in" if record is None else "; ".join(filter(None, [record["message"],
                                                                                      *record["notes"]]))
        rows.append([learner, exam.sheet(learner).number, points, *cells, notes])
        whose += [[learner, FAMILIES[key].title, said(results[task_id(key)])] for key in exam.tasks
                  if results.get(task_id(key), {}).get("finding") in ("other", "published")
                  or results.get(task_id(key), {}).get("sheets")]
    alike = [[FAMILIES[key].title, ", ".join(names)] for key, groups in shared(exam, learners).items()
             for names in groups]
    return _document(f"{exam.name}: for the teacher", [
        "<p>Half the points are given for an answer that is right but for one convention. This page accuses nobody: an "
        "answer to another sheet can also come from reading the wrong line. Ask before you decide.</p>",
        "<h2>Answers to other questions</h2>",
        _table(["learner", "task", "what it is"], whose) if whose else "<p>None was recognised.</p>",
        "<h2>Everybody</h2>",
        _table(["learner", "sheet", "points", *(FAMILIES[key].title for key in exam.tasks), "notes"], rows),
        "<h2>Sheets that ask the same</h2>",
        "<p>Of such learners, nothing can be said about whose answer it is.</p>",
        _table(["task", "learners"], alike) if alike else "<p>There are none.</p>",
    ])


def _page(exam: Exam, record: Record) -> str:
    parts = [f"<p>{html.escape(record['message'])}</p>"] if record["message"] else []
    for result in record["exercises"]:
        parts += [f"<h2>{html.escape(result['title'])}: {result['points']} of {result['max_points']}</h2>",
                  f"<pre>{html.escape(result['message'])}</pre>"]
    points = "" if record["points"] is None else f": {record['points']} of {record['max_points']} points"
    return _document(f"{exam.name}{points}", parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>\n{lines}</tbody></table>"


def _document(title: str, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{html.escape(title)}</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 75em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse }} td, th {{ border: 1px solid #8888; padding: .3em .6em }}
td, th {{ text-align: left; vertical-align: top }}
pre {{ white-space: pre-wrap }}
</style></head><body>
<h1>{html.escape(title)}</h1>
{body}
</body></html>
"""
