"""Which columns of a file of sentence pairs hold what, and what is wrong with a row."""
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from course._pair_checks import empty
from course._sentence_files import DataError, Row, shown

__all__ = ["heading", "places_of", "problem_of", "stray", "usual_width"]

# What the first line says where it names the columns: a cell with some such word, or nothing but a code.
_HEADINGS = set("""
    source target src tgt trg sentence sentences translation translations english spanish german french chinese
    japanese korean hindi arabic russian italian portuguese dutch turkish polish
""".split())
_CODES = set("""
    id en es de fr zh ja ko hi ar ru it pt nl tr pl eng spa deu ger fra fre cmn zho jpn kor hin ara rus ita por nld tur
""".split())


def heading(rows: Sequence[Row]) -> bool:
    """Whether the first row names columns: languages, "source", or nothing but numbers."""
    names = [cell.strip().casefold() for cell in rows[0].cells]
    if len(names) < 2 or names[0] == names[1]:
        return False
    if len(names) == 2 and all(name.isdigit() for name in names):
        return True
    below = rows[1].cells if len(rows) > 1 else []
    again = any(name and name == cell.strip().casefold() for name, cell in zip(names, below, strict=False))
    named = [name in _CODES or bool(set(re.findall(r"[a-z]+", name)) & _HEADINGS) for name in names]
    return sum(named) >= 2 and not again               # a language's code in every row is no name of a column


def places_of(path: Path, rows: Sequence[Row], names: list[str], columns: Sequence[int | str] | None,
              notes: list[str]) -> list[int]:
    """The columns of source, target and attribution; what is guessed is added to the notes.

    Raises:
        DataError: if `columns` names columns that are not there, or not two or three.
    """
    width = len(rows[0].cells) if rows else len(names)
    if columns is not None:
        unknown = [c for c in columns if c not in names and not (isinstance(c, int) and 0 <= c < max(width, 2))]
        if unknown or not 2 <= len(set(columns)) == len(columns) <= 3:
            there = f"its columns are called {', '.join(names)}" if names else f"it has {width}, numbered from 0"
            raise DataError(f"{path}: `columns` has to name two or three columns; it is {list(columns)}, and {there}")
        return [c if isinstance(c, int) else names.index(c) for c in columns]
    some = [row.cells for row in rows[:200]]
    text = [n for n in range(width) if _sentences([cells[n].strip() for cells in some if n < len(cells)])]
    if len(text) < 2 or text[:2] == [0, 1]:
        return [0, 1, 2]
    notes.append(f"source and target are columns {text[0]} and {text[1]}, counted from 0; others hold numbers or "
                 "labels (`columns=...` takes other ones)")
    return text[:2]


def _sentences(cells: Sequence[str]) -> bool:
    """Whether a column holds sentences, not numbers, and not the same few labels again and again."""
    labels = len(cells) >= 20 and len(set(cells)) < 0.1 * len(cells)
    return not labels and any(cell.casefold() not in _CODES for cell in cells) and \
        sum(cell.isdigit() for cell in cells) < 0.9 * len(cells)


def usual_width(rows: Sequence[Row]) -> int:
    """How many columns most rows have; of the first row, if others are as many."""
    counts = Counter(len(row.cells) for row in rows)
    return counts.most_common(1)[0][0] if counts else 0


def problem_of(cells: Sequence[str], places: Sequence[int], width: int, files: Sequence[str] = ()) -> str:
    """Why a row gives no pair, or "".

    Args:
        cells: of the row.
        places: from `places_of`.
        width: from `usual_width`.
        files: the names of the two files, if there are two.
    """
    if not any(cells):
        return "the line is empty"
    if len(cells) <= max(places[:2]):
        return f"expected source and target separated by a tab, found {shown(' '.join(cells))}"
    if len(cells) > max(width, 3):
        return f"it has {len(cells)} columns, most lines have {width}: is there a tab inside a sentence?"
    blank = [n for n in (0, 1) if empty(cells[places[n]])]
    sides = " and the ".join(("source", "target")[n] for n in blank)
    where = f" ({' and '.join(files[n] for n in blank)})" if files else ""
    return f"the {sides} sentence is empty{where}" if blank else ""


def stray(rows: Sequence[Row], width: int) -> dict[int, str]:
    """Lines with a third cell where hardly any has one: it may be a sentence that was cut by a tab."""
    found = [row.line for row in rows if len(row.cells) == 3] if width == 2 else []
    if len(found) > 0.1 * len(rows):
        return {}
    return dict.fromkeys(found, "it has a third column, as hardly any line has: is there a tab inside a sentence?")
