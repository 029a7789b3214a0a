"""What a lesson's cells are to a lecturer: blocks of prose, predictions with their answers, exercises.

A lesson is read in the reader's language, where it has been translated. Which blocks ask a question is told from the
English text, so that the predictions are the same ones in all languages.
"""
import ast
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from classroom.build import BuildError, twins
from classroom.build.notebook import unexecuted
from course._words import ENGLISH, language, say

__all__ = ["Lesson", "LectureError", "Prediction", "answer_blocks", "asked", "asks", "blocks", "body", "divided",
           "exercise_of", "has_view", "headings", "leads", "lessons", "pictures", "predictions", "printed", "solves",
           "without_going_on"]

_EXERCISE = re.compile(r"^### \S+ (\d+\.\d+) · .*$", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,4}) +(.+?)\s*$")
# A question mark that ends a sentence; not one in italics, where the lessons put what somebody might ask.
_ASKED = re.compile(r"\?[\"”)]*(?=\s|$)")
# A sentence that asks without a question mark.
_INVITES = re.compile(r"(Guess|Predict|Decide|Sketch|Write down|Answer first|Rank)\b|.*\bbefore you run\b")
_SENTENCE = re.compile(r"(?<=[.?!:])[\"”)*]*\s+(?=\S)")
_OPENS = ("```", "$$", "<details")
_CLOSES = {"```": "```", "$$": "$$", "<details": "</details>"}


class LectureError(Exception):
    """Slides or questions cannot be made; the message says what is missing, and what to do."""


@dataclass(frozen=True)
class Lesson:
    """An executed lesson: its number, its name (as `01_dot_product_attention`), its title, the notebook, its language.

    Text cells of a translated one have the English text in their metadata, as `english`.
    """

    number: int
    name: str
    title: str
    notebook: NotebookNode
    language: str = ENGLISH


@dataclass(frozen=True)
class Prediction:
    """A question that a lesson asks before a cell is run.

    Attributes:
        cell: the code cell that answers it.
        section: the heading it stands under.
        question: the blocks of Markdown that lead to the question, the question last.
        comment: the first blocks of what the lesson says after the cell.
    """

    cell: NotebookNode
    section: str
    question: list[str]
    comment: list[str]


def lessons(root: Path, chosen: list[str] | None = None) -> list[Lesson]:
    """The executed lessons under `root`, all or those whose names begin with one of `chosen`, in the reader's language.

    Raises:
        LectureError: if there is none, none for one of `chosen`, or one has not been executed.
    """
    folder, names = root / "solutions", tuple(name.zfill(2) if name.isdigit() else name for name in chosen or [])
    try:
        there = twins(root)
    except BuildError:
        raise LectureError(say("{folder}: there are no lessons here; this command works in the repository",
                               folder=folder)) from None
    for name in names:
        if not any(path.name.startswith(name) for path in there):
            raise LectureError(say("{folder}: there is no lesson {lesson}", folder=folder, lesson=repr(name)))
    found = []
    for path in (path.with_suffix(".ipynb") for path in there if not names or path.name.startswith(names)):
        notebook, spoken = _executed(path), ENGLISH
        if (own := path.parent / language() / path.name).exists():
            notebook, spoken = _translated(_executed(own), notebook), language()
        title = next((text for cell in notebook.cells for level, text in headings(cell) if level == 1), path.stem)
        found.append(Lesson(int(path.stem[:2]), path.stem, title, notebook, spoken))
    return found


def _executed(path: Path) -> NotebookNode:
    if not path.exists():
        raise LectureError(say("{path}: not there; run `make notebooks`", path=path))
    notebook = nbformat.read(path, as_version=4)
    if unexecuted(notebook):
        raise LectureError(say("{path}: has not been executed; run `make notebooks`", path=path))
    return notebook


def _translated(notebook: NotebookNode, english: NotebookNode) -> NotebookNode:
    """A translation, whose text cells know what they translate."""
    texts = {cell.id: cell.source for cell in english.cells}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.metadata["english"] = texts.get(cell.id, cell.source)
    return notebook


def blocks(markdown: str) -> list[str]:
    """The blocks of a Markdown text: headings, paragraphs, lists, tables, formulas, each whole."""
    found: list[str] = []
    current: list[str] = []
    closing = ""
    for line in markdown.splitlines():
        opening = next((mark for mark in _OPENS if line.strip().startswith(mark)), None) if not closing else None
        if closing:
            current.append(line)
            closing = "" if closing in line else closing
        elif not line.strip() or _HEADING.match(line):
            found.append("\n".join(current))
            current = []
            if line.strip():
                found.append(line)
        else:
            current.append(line)
            if opening and _CLOSES[opening] not in line.strip()[len(opening):]:
                closing = _CLOSES[opening]
    found.append("\n".join(current))
    return [block for block in found if block.strip()]


def headings(cell: NotebookNode) -> list[tuple[int, str]]:
    """The headings of a text cell as (level, text), without what follows the title of an exercise."""
    if cell.cell_type != "markdown":
        return []
    matches = [_HEADING.match(block) for block in blocks(cell.source)]
    return [(len(match[1]), re.split(r" {2,}[●○]", match[2])[0]) for match in matches if match]


def asks(block: str) -> bool:
    """Whether a block of prose puts a question that the reader is to answer before going on."""
    if block.startswith(("#", ">", "|", "- ", "* ", "<", "```", "1.")) or re.fullmatch(r'"[^"]*"', block):
        return False
    sentences = _SENTENCE.split(" ".join(block.split()))
    asked = [bool(_ASKED.search(sentence)) for sentence in sentences]
    return any(asked[-2:]) or any(map(_INVITES.match, sentences if any(asked) else sentences[-2:]))


def asked(cell: NotebookNode) -> list[bool]:
    """Of each block of a text cell, whether it `asks`; of a translation, whether the block that it translates does."""
    found = [asks(block) for block in blocks(cell.metadata.get("english", cell.source))]
    more = len(blocks(cell.source)) - len(found)           # the last blocks belong together
    return [False] * more + found[max(-more, 0):]


def leads(block: str) -> bool:
    """Whether a block leads to the next one: it ends with a colon."""
    return block.endswith((":", "："))


def exercise_of(cell: NotebookNode) -> str | None:
    """The exercise whose box a text cell holds."""
    found = _EXERCISE.search(cell.source) if cell.cell_type == "markdown" else None
    return found[1] if found else None


def divided(cell: NotebookNode) -> tuple[str, str]:
    """The text cell of an exercise as what stands above its box, and the box with its heading."""
    found = _EXERCISE.search(cell.source)
    start = found.start() if found else 0
    return cell.source[:start], cell.source[start:]


def solves(cell: NotebookNode) -> bool:
    """Whether the solution of an exercise, or a part of it, is in this code cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def body(cell: NotebookNode) -> list[ast.stmt]:
    """The statements of a code cell."""
    return ast.parse(TransformerManager().transform_cell(cell.source)).body


def without_going_on(cell: NotebookNode) -> str:
    """The source of a code cell without its lines `x = carry_on("1.1", x)`."""
    lines = cell.source.splitlines()
    for statement in reversed(body(cell)):
        if isinstance(statement, ast.Assign) and "carry_on(" in ast.unparse(statement):
            del lines[statement.lineno - 1:statement.end_lineno]
    return "\n".join(lines).strip("\n")


def has_view(cell: NotebookNode) -> bool:
    """Whether an interactive view is among the outputs of a code cell."""
    return any("<iframe" in output.get("data", {}).get("text/html", "") for output in cell.outputs)


def printed(cell: NotebookNode) -> str:
    """What a code cell has printed or shown as plain text; not the words that stand for pictures and views."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            texts.append(output.text)
        elif output.get("data", {}).keys() == {"text/plain"}:
            texts.append(output.data["text/plain"])
    return "".join(texts).rstrip()


def pictures(cell: NotebookNode) -> list[str]:
    """The pictures of a code cell as HTML, each with its alternative text."""
    found = []
    for output in cell.get("outputs", []):
        if png := output.get("data", {}).get("image/png"):
            alt = output.metadata.get("image/png", {}).get("alt", output.data.get("text/plain", ""))
            found.append(f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{png.replace(chr(10), "")}" />')
    return found


def answer_blocks(cell: NotebookNode | None) -> list[str]:
    """The first paragraph, and a list or formula that it leads to, of the text cell after a code cell."""
    if cell is None:
        return []
    found: list[str] = []
    for block, question in zip(blocks(cell.source), asked(cell), strict=True):
        if _HEADING.match(block) or question or block.startswith("<") or (found and not leads(found[-1])):
            break
        found.append(block)
    return [] if found and leads(found[-1]) else found


def predictions(notebook: NotebookNode) -> Iterator[Prediction]:
    """The predictions of a lesson: each text that ends with a question, followed by a cell that answers it.

    Exercises are left out, with their checks and solutions, and so is what only an interactive view can answer.
    """
    section = ""
    for n, cell in enumerate(notebook.cells):
        section = next((text for level, text in reversed(headings(cell)) if level < 4), section)
        if n == 0 or cell.cell_type != "code" or "nbgrader" in cell.metadata:
            continue
        before = notebook.cells[n - 1]
        if before.cell_type != "markdown" or exercise_of(before) or not (printed(cell) or pictures(cell)):
            continue
        text = blocks(before.source)
        if not asked(before)[-1]:
            continue
        start = max((k + 1 for k, block in enumerate(text) if _HEADING.match(block)), default=0)
        after = next((later for later in notebook.cells[n + 1:] if later.cell_type == "markdown"), None)
        yield Prediction(cell, section, text[start:], answer_blocks(after))
