"""Questions for a learning platform, made from a lesson: its choices and its predictions.

Choices are the exercises with a few possible answers; each wrong one carries its explanation. Predictions are the
questions that a lesson asks before a cell is run; they are open, and what the lesson answers comes with them.
"""
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from course._printing import columns
from course._words import ENGLISH, say

from .cells import (
    LectureError,
    Lesson,
    Prediction,
    blocks,
    divided,
    exercise_of,
    headings,
    pictures,
    predictions,
    printed,
)
from .text import code, shown, with_tex

__all__ = ["Option", "Question", "questions"]

# By language: what an exercise says that only holds in a notebook, and what a question has in its place.
_ONLY_THERE = {
    ENGLISH: [(r"^- \*\*Use\*\* .*", ""), (r"(?:\*\*Set\*\*|\bSet) `\w+`\. ?", ""),
              (r"\*\*Set\*\* `\w+` to ", "**Choose** "), (r"\bSet `\w+` to ", "Choose "), (' to `"', ' `"'),
              (r"\bDecide (first, and run it afterwards|before you (read on|run the next cells))\.", "")],
    "zh": [(r"^- \*\*用到\*\*.*", ""), (r"设定 `\w+`。", ""), (r"\*\*把\*\* `\w+` 设为", "**选择**"),
           (r"把 `\w+` 设为", "选择"), ("就设为", "就选择"), ("先想好，再往下读。", "")],
}
_LONG = 900          # of context before a prediction, in columns: a Chinese character takes two


@dataclass(frozen=True)
class Option:
    """One answer that is offered: a name that stays, HTML, whether it is right, and what is said to who chooses it."""

    name: str
    text: str
    right: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    r"""A question for a learning platform; all texts are HTML with formulas between \( and \).

    Attributes:
        id: stays the same from version to version: `choice-1-4`, or `prediction-01-` and the id of the cell.
        lesson: the lesson's title.
        name: what the bank lists it as.
        text: the question.
        options: what is offered; empty for an open question.
        several: whether more than one option is right, and all of those are wanted.
        answer: what is said afterwards; for an open question, what the lesson answers.
        hints: one after the other, for who asks.
    """

    id: str
    lesson: str
    name: str
    text: str
    options: tuple[Option, ...] = ()
    several: bool = False
    answer: str = ""
    hints: tuple[str, ...] = ()


def questions(lesson: Lesson) -> Iterator[Question]:
    """The choices and the predictions of a lesson, in its order.

    Raises:
        LectureError: if an option of an exercise has no explanation.
    """
    asked = {id(prediction.cell): prediction for prediction in predictions(lesson.notebook)}
    for n, cell in enumerate(lesson.notebook.cells):
        if id(cell) in asked:
            yield _open(lesson, asked[id(cell)])
        elif (exercise := exercise_of(cell)) is not None:
            from classroom import exercises
            from classroom.judge.exercise import Choice

            task = exercises.get(exercise)
            if isinstance(task, Choice):
                yield _choice(lesson, task, cell, _since_heading(lesson.notebook.cells, n))


def _open(lesson: Lesson, prediction: Prediction) -> Question:
    context = prediction.question[-1:]
    for block in reversed(prediction.question[:-1]):
        if sum(map(columns, context)) + columns(block) > _LONG:
            break
        context.insert(0, block)
    answer = _content(prediction.cell) + with_tex("\n\n".join(prediction.comment))
    return Question(
        f"prediction-{lesson.number:02d}-{prediction.cell.id}", lesson.title,
        f"{lesson.number:02d} · {prediction.section} · {prediction.cell.id.rsplit('-', 1)[1]}",
        "<p><em>" + say("{lesson}, “{section}”", lesson=with_tex(lesson.title)[3:-4],
                        section=with_tex(prediction.section)[3:-4]) + "</em></p>"
        + with_tex("\n\n".join(context)) + code(prediction.cell.source), answer=answer)


def _choice(lesson: Lesson, task: Any, cell: NotebookNode, before: list[NotebookNode]) -> Question:
    from classroom.judge.choice import same

    several = isinstance(task.reference, set | frozenset)
    options = []
    for offered in task.options or sorted([*task.wrong, task.reference], key=str):
        wanted = offered in task.reference if several else same(offered, task.reference)
        chosen = frozenset(task.reference) | {offered} if several else offered
        feedback = task.moral if wanted else next((text for wrong, text in task.wrong.items() if same(chosen, wrong)),
                                                  None)
        if feedback is None:
            raise LectureError(say("exercise {id}: the option {option} has no explanation", id=task.id,
                                   option=repr(offered)))
        options.append(Option(_name(offered), with_tex(f"`{_written(offered)}`"), wanted,
                              "" if wanted and several else with_tex(say(feedback))))
    return Question(f"choice-{task.id.replace('.', '-')}", lesson.title, f"{task.id} {say(task.title)}",
                    _statement(cell, before, lesson.language), tuple(options), several,
                    with_tex(say(task.moral)) if several else "", tuple(with_tex(say(hint)) for hint in task.hints))


def _since_heading(cells: list[NotebookNode], n: int) -> list[NotebookNode]:
    """The cells before cell n, from the one with the nearest heading on."""
    start = next((k for k in range(n - 1, -1, -1) if headings(cells[k])), n)
    return cells[start:n]


def _statement(cell: NotebookNode, before: list[NotebookNode], language: str) -> str:
    """The box of a choice without what only holds in a notebook; if it asks nothing itself, with what leads to it."""
    above, box = divided(cell)
    text = "\n\n".join(_for_elsewhere(block, language) for block in blocks(box.partition("\n")[2]))
    context = ""
    if not re.search("[?？]", text):
        context = _prose(above) if above.strip() else "".join(map(_content, before))
    return context + with_tex(text.strip() or say("Choose one."))


def _for_elsewhere(block: str, language: str) -> str:
    for pattern, said in _ONLY_THERE.get(language, []):
        block = re.sub(pattern, said, block, flags=re.MULTILINE | re.DOTALL)
    return block


def _content(cell: NotebookNode) -> str:
    """A cell as it leads to a question: its text without headings, or what came out of its code."""
    if cell.cell_type == "markdown":
        return _prose(cell.source)
    return (shown(printed(cell)) if printed(cell) else "") + "".join(f"<p>{each}</p>" for each in pictures(cell))


def _prose(text: str) -> str:
    return with_tex("\n\n".join(block for block in blocks(text) if not block.startswith(("#", "<"))))


def _written(option: Any) -> str:
    return ", ".join(map(str, option)) if isinstance(option, tuple) else str(option)


def _name(option: Any) -> str:
    return "option-" + re.sub(r"[^A-Za-z0-9]+", "-", _written(option)).strip("-").lower()
