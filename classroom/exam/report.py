"""What came of an exam, for the teacher: marks, who answered whose sheet, and a page for each learner."""
import csv
import html
import io
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from classroom.grade.record import Record
from classroom.judge.prose import spaced
from course._paths import atomic_path
from course._words import language, later, listed, say

from .sheet import Exam

__all__ = ["alike", "file_name", "said", "shared", "write"]

_STATUS = {"not attempted": later("not attempted"), "missing": later("its cell is gone"),
           "error": later("stops with an error"), "wrong": later("wrong, and not recognised"),
           "timeout": later("did not end in time"), "memory": later("ran out of memory"),
           "killed": later("ended the process"), "grader error": later("could not be graded")}
_FINDING = {"own": later("right"), "other": later("an answer to another sheet")}
_SHEET = {"other": later("What you handed in is not the sheet that was made for you. It was marked against yours."),
          "altered": later("The texts of the sheet that you handed in are not as they were handed out. It was marked "
                           "against your sheet as it was made.")}
_NAMED = 6                 # learners that are named in one cell


def write(folder: Path, exam: Exam, records: Sequence[Record], learners: Sequence[str]) -> list[Path]:
    """Write `marks.csv`, `report.html` (for the teacher alone) and `feedback/LEARNER.html`; returns their paths.

    Args:
        records: one for each learner who handed something in, also for people who have no sheet.
        learners: everybody who has a sheet.
    """
    there = {record["learner"]: record for record in records}
    everybody = [*learners, *(learner for learner in there if learner not in set(learners))]
    tables = {
        folder / "marks.csv": _marks(exam, there, everybody),
        folder / "report.html": _report(exam, there, everybody, learners),
        **{folder / "feedback" / f"{file_name(learner)}.html": _page(exam, there[learner]) for learner in learners
           if learner in there},
    }
    for path, text in tables.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="")
    return list(tables)


def said(exam: Exam, key: str, result: Mapping[str, Any]) -> str:
    """A finding in words, without names of learners."""
    finding, family = result["finding"], exam.family(key)
    if finding == "published":
        return say("the published solution of lesson {lesson:02d}, which answers another question",
                   lesson=family.lesson)
    if finding == "mistake":
        names = [name.removeprefix("switch-") for name in result["mistakes"]]
        if all(name.startswith("switch-") for name in result["mistakes"]):
            return say("right but for {n} conventions: {names}", n=len(names), names=listed(names))
        return say("a known mistake: {names}", names=listed(names))
    if finding == "one off":
        return say("right but for one convention: {name}", name=result["mistakes"][0].removeprefix("switch-"))
    return say(_FINDING.get(finding) or _STATUS.get(result["status"], result["status"]))


def shared(exam: Exam, learners: Sequence[str]) -> dict[str, list[list[str]]]:
    """For each task the learners whose sheets happen to ask the same."""
    found = {}
    for key in exam.tasks:
        by_variant = defaultdict(list)
        for learner in learners:
            by_variant[exam.sheet(learner).variants[key]].append(learner)
        found[key] = [names for names in by_variant.values() if len(names) > 1]
    return found


def alike(exam: Exam, learners: Sequence[str]) -> list[tuple[str, str, list[str]]]:
    """Pairs of learners whose sheets ask the same in two tasks or more, and in which."""
    tasks = defaultdict(list)
    for key, groups in shared(exam, learners).items():
        for names in groups:
            for pair in combinations(names, 2):
                tasks[pair].append(key)
    return [(*pair, keys) for pair, keys in tasks.items() if len(keys) > 1]


def file_name(learner: str) -> str:
    """What can be a file's name everywhere."""
    return "".join(c if c.isalnum() or c in "-_.@ " else "_" for c in learner).strip(" .") or "_"


def _results(exam: Exam, record: Record | None) -> dict[str, dict[str, Any]]:
    """By task."""
    by_id = {result["id"]: result for result in (record or {}).get("exercises", [])}
    return {key: by_id[exam.id(key)] for key in exam.tasks if exam.id(key) in by_id}


def _marks(exam: Exam, there: dict[str, Record], everybody: Sequence[str]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    what = "points", "finding", "sheets", "conventions apart"
    writer.writerow(["learner", "points", "of", *(f"{key} {name}" for key in exam.tasks for name in what), "notes"])
    for learner in everybody:
        record = there.get(learner)
        results, cells = _results(exam, record), list[Any]()
        for key in exam.tasks:
            result = results.get(key)
            cells += [""] * len(what) if result is None else [
                result["points"], said(exam, key, result), _cell(", ".join(result["sheets"])), result["apart"] or ""]
        points = [record["points"], record["max_points"]] if results and record else ["", ""]
        writer.writerow([_cell(learner), *points, *cells, _cell(_notes(exam, record))])
    return file.getvalue()


def _notes(exam: Exam, record: Record | None) -> str:
    if record is None:
        return say("nothing was handed in")
    lacking = record.get("not_installed")
    source = [say(exam.family(key).title) for key, result in _results(exam, record).items() if result.get("source")]
    return spaced(" ".join(filter(None, [
        record["message"], *(note if note.endswith((".", "。")) else say("{sentence}.", sentence=note)
                             for note in record["notes"]),
        say("Imports what is not installed here: {packages}.", packages=listed(lacking)) if lacking else "",
        say("Most of the code stands in the course's own source of the task: {titles}.", titles=listed(source))
        if source else ""])))


def _cell(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def _report(exam: Exam, there: dict[str, Record], everybody: Sequence[str], learners: Sequence[str]) -> str:
    titles = {key: say(exam.family(key).title) for key in exam.tasks}
    most = sum(exam.family(key).points for key in exam.tasks)
    rows, elsewhere, single = [], [], []
    for learner in everybody:
        record = there.get(learner)
        results = _results(exam, record)
        points = record["points"] if results and record else ""
        number = exam.sheet(learner).number if learner in set(learners) else say("none")
        rows.append([learner, number, points, *(said(exam, key, results[key]) if key in results else ""
                                                for key in exam.tasks), _notes(exam, record)])
        published = [key for key, result in results.items() if result["finding"] == "published"]
        others = {key: result for key, result in results.items() if result["finding"] == "other"}
        if published or others:
            elsewhere.append([learner, listed(titles[key] for key in published), listed(
                say("{title} ({n} conventions apart)", title=titles[key], n=result["apart"])
                for key, result in others.items()), _whose(others)])
        single += [[learner, titles[key], _some(result["sheets"])] for key, result in results.items()
                   if result["finding"] == "one off" and result["sheets"]]
    groups = [[titles[key], listed(map(listed, found), "{first}; {next}")]
              for key, found in shared(exam, learners).items() if found]
    pairs = [[listed([first, second]), listed(titles[key] for key in keys)]
             for first, second, keys in alike(exam, learners)]
    lacking = Counter(name for record in there.values() for name in record.get("not_installed") or [])
    packages = listed(say("{name} ({count})", name=name, count=n) for name, n in lacking.items())
    missing = [learner for learner in learners if learner not in there]
    return _document(say("{exam}: for the teacher", exam=exam.title), [
        _paragraph(say("{n} handed in, of {all} who have a sheet.", n=len(there), all=len(learners)) + " " +
                   _middle(there, most)),
        _paragraph(say("Nothing was handed in by {learners}.", learners=listed(missing))) if missing else "",
        _with_code(_paragraph(say(
            "Not installed here, and imported by notebooks: {packages}. Install those that you allow, remove "
            "`results.jsonl`, and mark again.", packages=packages))) if lacking else "",
        _heading(say("Answers to other questions")),
        _paragraph(say(
            "These answers give, on all hidden cases, what the lessons' own conventions or another learner's sheet ask "
            "for. This page accuses nobody. Several conventions in several tasks that all agree with one sheet hardly "
            "come about by accident; a single task can. Ask before you decide.")),
        _table([say("learner"), say("published solution in"), say("another sheet in"), say("whose sheet asks this")],
               elsewhere, say("None was recognised.")),
        _heading(say("Everybody")),
        _paragraph(say("An answer that is right but for one convention has half the points.")),
        _table([say("learner"), say("sheet"), say("points of {most}", most=most), *titles.values(), say("notes")],
               rows),
        _heading(say("One line apart")),
        _paragraph(say("These answers are right but for one convention, and the sheets of other learners happen to ask "
                       "exactly that. Most often a line was read wrongly.")),
        _table([say("learner"), say("task"), say("whose sheet asks this")], single, say("There are none.")),
        _heading(say("Sheets that ask the same")),
        _paragraph(say("Of learners whose sheets agree in a task, nothing can be said about whose answer it is.")),
        _table([say("learners"), say("agree in")], pairs, say("No two sheets agree in more than one task.")),
        f"<details><summary>{html.escape(say('Task by task'))}</summary>",
        _table([say("task"), say("learners whose sheets agree")], groups, say("All sheets differ in all tasks.")),
        "</details>",
    ])


def _middle(there: Mapping[str, Record], most: int) -> str:
    points = sorted(record["points"] for record in there.values() if record["exercises"] and
                    record["points"] is not None)
    if not points:
        return ""
    return say("Points: from {least} to {best} of {most}; the median is {median}.", least=points[0], best=points[-1],
               most=most, median=points[len(points) // 2])


def _whose(others: Mapping[str, Mapping[str, Any]]) -> str:
    """The sheets that most of these answers belong to."""
    count = Counter(name for result in others.values() for name in result["sheets"])
    most = max(count.values(), default=0)
    names = _some([name for name, times in count.items() if times == most])
    return say("{names} (in {n} of {all})", names=names, n=most, all=len(others)) if names else ""


def _some(names: Sequence[str]) -> str:
    shown = listed(names[:_NAMED])
    return say("{names} and {n} more, in marks.csv", names=shown, n=len(names) - _NAMED) if len(names) > _NAMED \
        else shown


def _page(exam: Exam, record: Record) -> str:
    learner = record["learner"]
    about = _SHEET.get(record.get("sheet", ""), "")
    parts = [_paragraph(text) for text in (
        say("For {learner}, sheet {number}.", learner=learner, number=exam.sheet(learner).number), record["message"],
        say(about)) if text]
    for number, (key, result) in enumerate(_results(exam, record).items(), 1):
        parts += [_heading(say("Task {n} · {title}: {points} of {most} points", n=number,
                               title=say(exam.family(key).title), points=result["points"],
                               most=result["max_points"])), *map(_block, result["message"].split("\n\n"))]
    if record["exercises"] and record["points"] is not None:
        return _document(say("{exam}: {points} of {most} points", exam=exam.title, points=record["points"],
                             most=record["max_points"]), parts)
    return _document(say("{exam}: not marked", exam=exam.title), parts)


def _heading(text: str) -> str:
    return f"<h2>{html.escape(spaced(text))}</h2>"


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(spaced(text))}</p>"


def _with_code(text: str) -> str:
    """What stands in backticks is code."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", text)


def _block(text: str) -> str:
    """Of a message: numbers below each other, lines of a list, or a paragraph."""
    if text.startswith("    "):
        return f"<pre>{html.escape(text)}</pre>"
    before, *items = text.split("\n- ")
    said = f"<p>{html.escape(before)}</p>"
    return said + (f"<ul>{''.join(f'<li>{html.escape(item)}</li>' for item in items)}</ul>" if items else "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], nothing: str = "") -> str:
    if not rows and nothing:
        return f"<p>{html.escape(nothing)}</p>"
    cells = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>\n" for row in rows)
    return (f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>\n{lines}</tbody></table></div>')


def _document(title: str, parts: Sequence[str]) -> str:
    body = "\n".join(filter(None, parts))
    return f"""<!DOCTYPE html>
<html lang="{language()}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{html.escape(title)}</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 75em; margin: 2em auto; padding: 0 1em }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse }} td, th {{ border: 1px solid #8888; padding: .3em .6em }}
td, th {{ text-align: left; vertical-align: top }}
pre {{ white-space: pre-wrap }}
</style></head><body>
<h1>{html.escape(title)}</h1>
{body}
</body></html>
"""
