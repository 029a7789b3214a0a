"""A lesson in Chinese: prose and the words in the code are translated, the code is the English lesson's own.

`solutions/zh/NN_name.md` holds the prose cells of `solutions/NN_name.py`, one after the other, each
below a line that names the English cell it translates and the digest of that cell's text:

    <!-- cell welcome-1 3f2a9c1b07 -->

The digest is what joins the two: cells may be inserted and moved in the English lesson, and the
translation stays; once the English text is edited, its translation is out of date.
"""
import copy
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course._paths import atomic_path

from .code_words import read_words, translated
from .notebook import code_cells
from .notebook import digest as code_digest
from .twin import BuildError, Cell

_HEADER = re.compile(r"^<!-- cell (?P<id>[\w-]+) (?P<digest>[0-9a-f]{10})(?P<todo> todo)? -->$", re.MULTILINE)
# A line that is broken between two Chinese characters, or after Chinese punctuation: Markdown would put a blank there.
# A heading is a line by itself, and so is what begins a list, a block of code or a formula.
_WRAPPED = re.compile(
    r"(^#.*\n|^```[^`]*^```$)"
    r"|(?<=[\u4e00-\u9fff，。；：、？！）])\n *(?=[\u4e00-\u9fff（])"
    r"|(?<=[，。；：、？！）])\n *(?=[A-Za-z\"“`$*\d])(?!```|\$\$|[*] |\d+[.] )", re.MULTILINE)
_ENGLISH = re.compile(r"^<!-- English\n.*?\n-->\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Translated:
    """One prose cell of a translation: the English cell it belongs to, that cell's digest, its text."""

    id: str
    digest: str
    text: str
    todo: bool = False


def translation_of(twin: Path) -> Path:
    """Where the Chinese prose of `solutions/NN_name.py` stands, whether it exists or not."""
    return twin.parent / "zh" / f"{twin.stem}.md"


def digest(prose: str) -> str:
    """Ten hexadecimal digits of the SHA-256 of an English prose cell, blanks at line ends apart."""
    plain = "\n".join(line.rstrip() for line in prose.strip().splitlines())
    return hashlib.sha256(plain.encode()).hexdigest()[:10]


def read_translation(path: Path) -> list[Translated]:
    """The prose cells of a translation, in the order in which they stand.

    Raises:
        BuildError: if there is text before the first header, or an empty cell that is not marked `todo`.
    """
    text = path.read_text(encoding="utf-8")
    headers = list(_HEADER.finditer(text))
    if text[: headers[0].start() if headers else None].strip():
        raise BuildError(f"{path}:1: expected a line `<!-- cell ID DIGEST -->` first; "
                         "`python -m classroom build --translate NN` writes them")
    cells = []
    for header, following in zip(headers, [*headers[1:], None], strict=True):
        body = text[header.end() : following.start() if following else None]
        body = _ENGLISH.sub("", body).strip()
        if not body and not header["todo"]:
            line = text.count("\n", 0, header.start()) + 1
            raise BuildError(f"{path}:{line}: the cell {header['id']} has no text")
        cells.append(Translated(header["id"], header["digest"], body, bool(header["todo"])))
    return cells


def prose_cells(cells: Iterable[Cell]) -> list[Cell]:
    """The text cells of a twin that learners get."""
    return [cell for cell in cells if cell.kind == "markdown" and "solution-only" not in cell.tags]


def translation_problems(cells: Iterable[Cell], path: Path) -> list[str]:
    """What the translation at `path` lacks, a line each: cells missing, out of date, or left over."""
    translated = read_translation(path)
    done = {cell.digest for cell in translated if not cell.todo}
    known, problems = {cell.id for cell in translated}, []
    prose = prose_cells(cells)
    for cell in prose:
        if digest(cell.source) not in done:
            what = "was changed after it was translated" if cell.id in known else "is not translated"
            problems.append(f"{path}: the English cell {cell.id} {what}")
    current = {digest(cell.source) for cell in prose}
    problems += [f"{path}: the cell {cell.id} translates no cell of the lesson"
                 for cell in translated if cell.digest not in current and cell.id not in {c.id for c in prose}]
    order = [digest(cell.source) for cell in prose if digest(cell.source) in done]
    if not problems and order != [cell.digest for cell in translated]:
        problems.append(f"{path}: the cells stand in another order than in the lesson, or one stands twice")
    return problems


def unwrapped(text: str) -> str:
    """Lines of Chinese prose joined, so that no blanks stand where they end; titles and blocks of code stay."""
    return _WRAPPED.sub(lambda match: match[1] or "", text)


def translated_notebook(solution: NotebookNode, path: Path) -> NotebookNode:
    """The solution in Chinese, not yet executed: prose from `path`, the words of the code from the file beside it.

    Cells are the same, down to ids and metadata; what is not translated, or no longer, stays English.
    """
    texts = {cell.digest: unwrapped(cell.text) for cell in read_translation(path) if not cell.todo}
    words = read_words(path.with_suffix(".po"))
    notebook = copy.deepcopy(solution)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = texts.get(digest(cell.source), cell.source)
    for cell in code_cells(notebook):
        cell.source = translated(cell.source, words)
        cell.outputs, cell.execution_count = [], None
    notebook.metadata["course"] |= {"language": "zh", "code": code_digest(notebook)}
    return notebook


def renew_translation(cells: Iterable[Cell], path: Path) -> int:
    """Bring a translation's cells into the lesson's order and mark with `todo` what is to be translated.

    A new or changed English cell is quoted in a comment, above the old translation if there is one.
    Cells that translate nothing any more go to the end as they are, for their text to be used.

    Returns:
        How many cells are marked.
    """
    old = read_translation(path) if path.exists() else []
    by_digest = {cell.digest: cell for cell in old}
    by_id = {cell.id: cell for cell in old}
    prose = prose_cells(cells)
    current = {digest(cell.source) for cell in prose}
    blocks, used, marked = [], set(), 0
    for cell in prose:
        code = digest(cell.source)
        found = by_digest.get(code)
        if found is None or found.todo:
            marked += 1
            if found is None:
                earlier = by_id.get(cell.id)
                found = earlier if earlier and earlier.digest not in current else None
            quoted = cell.source.replace("-->", "--\u200b>")
            text = f"<!-- cell {cell.id} {code} todo -->\n<!-- English\n{quoted}\n-->\n{found.text if found else ''}"
        else:
            text = f"<!-- cell {cell.id} {code} -->\n{found.text}"
        if found:
            used.add(found.digest)
        blocks.append(text.rstrip() + "\n")
    blocks += [f"<!-- cell {cell.id} {cell.digest} -->\n{cell.text}\n" for cell in old if cell.digest not in used]
    with atomic_path(path) as temporary:
        temporary.write_text("\n".join(blocks), encoding="utf-8")
    return marked
