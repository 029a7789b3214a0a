"""`build-a-transformer slides LESSON`: a lesson as a reveal.js deck, one file that needs no network.

The slides are the lesson's own cells: what they print and draw was computed when the lesson was built. Sections
lie side by side, their slides below each other. A prediction comes before its answer, an exercise is a slide
without its solution, and interactive views stay alive.
"""
import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from classroom.arguments import Parser
from classroom.build.notebook import without_solution
from classroom.build.twin import BEGIN, END
from course._paths import atomic_path
from course._printing import columns
from course._words import ENGLISH, say, speaking

from .cells import (
    LectureError,
    Lesson,
    asked,
    blocks,
    body,
    divided,
    exercise_of,
    has_view,
    headings,
    leads,
    lessons,
    pictures,
    printed,
    solves,
    without_going_on,
)

__all__ = ["Slide", "main", "notebook_of", "slides"]

ROOT = Path(__file__).resolve().parents[2]
_ROOM = 560                 # pixels for the body of a slide of 1280 by 720, below its heading
_WIDE, _LINE, _CODE, _GAP = 78, 42, 30, 18
_MOST = 18                  # lines of code, or of what was printed
_ENLARGED = 1.25            # pictures, as in deck.css


_SETTING = re.compile(r"carry_on\(|set_printoptions|manual_seed|set_num_threads")


class Slide:
    """One slide.

    Attributes:
        section: the heading that it stands under.
        kind: "idea", "question" (a prediction), "answer", "turn" (an exercise), "solution" or "view".
        first: whether it begins a section, and so stands beside the slides before it, not below.
        cells: what is on it: text, code, outputs.
    """

    def __init__(self, section: str, kind: str = "idea", first: bool = False):
        self.section, self.kind, self.first = section, kind, first
        self.cells: list[NotebookNode] = []

    def height(self) -> int:
        """An estimate of its height in pixels; the page measures, and makes smaller what is too high."""
        return sum(map(_height, self.cells))


def slides(lesson: Lesson, solutions: bool = False) -> list[Slide]:
    """The slides of a lesson, one idea on each; with `solutions`, an exercise is followed by its solution."""
    made: list[Slide] = []
    section, question = lesson.title, False
    cells = lesson.notebook.cells
    for n, cell in enumerate(cells):
        after = cells[n + 1] if n + 1 < len(cells) else None
        if cell.cell_type == "markdown":
            title = next((text for level, text in headings(cell) if level < 4), section)
            if exercise_of(cell):
                above, box = divided(cell)
                made += _prose(above, section)
                section = next((text for level, text in reversed(headings(new_markdown_cell(above)))), section)
                made.append(_turn(box, section, cells[n + 1:]))
            else:
                asking = after is not None and after.cell_type == "code" and _asks_at_its_end(cell)
                made += _prose(cell.source, section, asking, made[-1] if made else None)
                section = title
            question = made[-1].kind == "question" if made else False
        elif solves(cell):
            if solutions:
                made.append(Slide(section, "solution"))
                made[-1].cells.append(new_code_cell(_unmarked(cell.source)))
        elif "nbgrader" not in cell.metadata and ("solution-only" not in cell.metadata.get("tags", []) or solutions):
            made += _code(cell, section, made[-1] if made else None, question)
            question = False
    return [slide for slide in made if slide.cells]


def notebook_of(made: list[Slide]) -> NotebookNode:
    """The slides as a notebook, whose cells say in `slideshow.slide_type` where a slide begins."""
    cells = []
    for slide in made:
        own = list(slide.cells)
        if not headings(own[0]):
            own.insert(0, new_markdown_cell("", metadata={"kicker": slide.section}))
        for cell in own:
            cell.metadata["slideshow"] = {"slide_type": "fragment" if cell.metadata.get("fragment") else "-"}
        own[0].metadata["slideshow"] = {"slide_type": "slide" if slide.first else "subslide"}
        own[0].metadata["kind"] = slide.kind
        cells += own
    for n, cell in enumerate(cells):
        cell["id"] = f"cell-{n}"                              # the same deck has the same bytes
    return new_notebook(cells=cells)


def _asks_at_its_end(cell: NotebookNode) -> bool:
    """Whether the last block of a text cell asks; what is folded does not count."""
    shown = [question for block, question in zip(blocks(cell.source), asked(cell), strict=True)
             if not block.startswith("<details")]
    return shown[-1] if shown else False


def _prose(source: str, section: str, asking: bool = False, before: Slide | None = None) -> Iterator[Slide]:
    """Text: packed as it fits. A heading and a question begin a slide; the comment on what a cell has printed stands
    beside it, and what follows the comment begins a slide. `asking`: the last block is a question."""
    text = [part for block in blocks(source) if not block.startswith("<details") for part in _items(block)]
    slide = Slide(section)
    commenting = before is not None and bool(before.cells) and _is_output(before.cells[-1])
    for k, block in enumerate(text):
        new = new_markdown_cell(block)
        leading = k > 0 and leads(text[k - 1])
        if block.startswith("#"):
            yield slide
            section = block.lstrip("# ")
            slide, commenting = Slide(section, first=len(block) - len(block.lstrip("#")) < 3), False
        elif k == len(text) - 1 and asking:
            if slide.cells and not slide.first:
                yield slide
                slide = Slide(section)
            slide.kind = "question"
        elif commenting and before is not None and (k == 0 or leading) and before.kind != "view" and _fits(before, new):
            new.metadata["fragment"] = before.kind == "answer" and k == 0
            before.cells.append(new)
            continue
        elif slide.cells and not leading and (commenting or not _fits(slide, new)):
            yield slide
            slide = Slide(section)
        commenting = False
        slide.cells.append(new)
    yield slide


def _items(block: str) -> list[str]:
    """A list that is too long for a slide as its items; any other block as it is."""
    if block.startswith("- ") and _height(new_markdown_cell(block)) > _ROOM:
        return re.split(r"\n(?=- )", block)
    return [block]


def _turn(box: str, section: str, later: list[NotebookNode]) -> Slide:
    """An exercise: its box, and the stub if there is room."""
    slide = Slide(section, "turn")
    slide.cells = [new_markdown_cell(block) for block in blocks(box)]
    stub = new_code_cell(without_solution(next(cell for cell in later if solves(cell)).source))
    if _fits(slide, stub):
        slide.cells.append(stub)
    return slide


def _code(cell: NotebookNode, section: str, before: Slide | None, question: bool) -> Iterator[Slide]:
    """A cell of code and what came out of it. After a question the outputs have a slide of their own, the answer."""
    source, view = without_going_on(cell), has_view(cell)
    visible = bool(printed(cell) or pictures(cell) or view or any(
        "text/html" in output.get("data", {}) for output in cell.outputs))
    if not visible and all(isinstance(part, ast.Import | ast.ImportFrom) or _SETTING.search(ast.unparse(part))
                           for part in body(cell)):
        return
    joins = before is not None and before.cells and before.kind in ("idea", "question") and \
        before.cells[-1].cell_type == "markdown" and not any(map(_is_output, before.cells))
    slide = before if joins else None
    if view and source.count("\n") < 2:                     # the call of a view tells the class nothing
        source = ""
    for piece in _pieces(source.splitlines()):
        code = new_code_cell(piece)
        if slide is None or not _fits(slide, code):
            slide = Slide(section, "question" if question else "idea")
            yield slide
        slide.cells.append(code)
    for n, result in enumerate(_results(cell) if visible else []):
        if n or question or view or slide is None or not _fits(slide, result):
            slide = Slide(section, "view" if view else "answer" if question else "idea")
            yield slide
        slide.cells.append(result)


def _pieces(lines: list[str]) -> Iterator[str]:
    """Lines in pieces that a slide has room for, cut at empty lines where there are any."""
    while len(lines) > _MOST:
        empty = [k for k in range(_MOST // 3, _MOST + 1) if not lines[k].strip()]
        cut = empty[-1] if empty else _MOST
        yield "\n".join(lines[:cut]).strip("\n")
        lines = lines[cut:]
    if any(line.strip() for line in lines):
        yield "\n".join(lines).strip("\n")


def _results(cell: NotebookNode) -> Iterator[NotebookNode]:
    """The outputs of a cell: in one piece, unless more was printed than a slide has room for."""
    if len(printed(cell).splitlines()) <= _MOST or any(output.output_type != "stream" for output in cell.outputs):
        yield new_code_cell("", outputs=cell.outputs)
        return
    for piece in _pieces(printed(cell).splitlines()):
        yield new_code_cell("", outputs=[new_output("stream", text=piece)])


def _unmarked(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))


def _is_output(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and not cell.source and bool(cell.outputs)


def _fits(slide: Slide, cell: NotebookNode) -> bool:
    return slide.height() + _height(cell) <= _ROOM


def _height(cell: NotebookNode) -> int:
    if cell.cell_type == "code":
        lines = len(cell.source.splitlines()) + len(printed(cell).splitlines()) if cell.source or cell.outputs else 0
        drawn = max([int(output.metadata.get("image/png", {}).get("height", 0)) for output in cell.outputs
                     if "image/png" in output.get("data", {})], default=0)
        return _CODE * lines + int(_ENLARGED * drawn) + _GAP + (_ROOM if has_view(cell) else 0)
    rows = sum(1.3 for line in cell.source.split("\n") if line.startswith("|"))
    flowing = " ".join(line for line in cell.source.split("\n") if not line.startswith(("|", "#")))
    items = max(1, sum(line.lstrip().startswith(("- ", "* ", "> ")) for line in cell.source.split("\n")))
    prose = columns(flowing) / _WIDE + 0.5 * items if flowing.strip() else 0
    return int(_LINE * (rows + max(prose, 1 if flowing.strip() else 0))) + _GAP


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command `build-a-transformer slides`; returns its exit code."""
    from .deck import deck

    parser = Parser(prog="build-a-transformer slides", description=say(
        "`build-a-transformer slides LESSON`: a lesson as a reveal.js deck, one file that needs no network."))
    parser.add_argument("lesson", metavar=say("LESSON"), help=say("the lesson, as 01"))
    parser.add_argument("--out", metavar=say("FILE"), type=Path, help=say(
        "the file to write; by default slides/NN_name.html"))
    parser.add_argument("--solutions", action="store_true", help=say("show the solution after each exercise"))
    options = parser.parse_args(arguments)
    try:
        (lesson,) = lessons(root, [options.lesson])
        made = slides(lesson, options.solutions)
        with speaking(lesson.language):
            text = deck(notebook_of(made), lesson.title)
    except LectureError as error:
        print(error, file=sys.stderr)
        return 1
    folder = Path("slides") / ("" if lesson.language == ENGLISH else lesson.language)
    target = options.out or folder / f"{lesson.name}.html"
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(say("{n} slides: open {target} in a browser; arrows or the space bar go on, Escape shows all, S opens the "
              "speaker's view", n=len(made), target=target))
    return 0
