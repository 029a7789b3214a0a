"""Which columns of a file of sentence pairs hold what, and what is wrong with a row."""
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from course._pair_checks import empty
from course._sentence_files import DataError, Row, shown
from course._words import listed, say

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
            there = say("its columns are called {names}", names=listed(names)) if names else say(
                "it has {width}, numbered from 0", width=width)
            raise DataError(say("{path}: `columns` has to name two or three columns; it is {list}, and {there}",
                                path=path, list=list(columns), there=there))
        return [c if isinstance(c, int) else names.index(c) for c in columns]
    some = [row.cells for row in rows[:200]]
    text = [n for n in range(width) if _sentences([cells[n].strip() for cells in some if n < len(cells)])]
    if len(text) < 2 or text[:2] == [0, 1]:
        return [0, 1, 2]
    notes.append(say("source and target are columns {text_} and {text_2}, counted from 0; others hold numbers or "
                     "labels (`columns=...` takes other ones)", text_=text[0], text_2=text[1]))
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
        return say("the line is empty")
    if len(cells) <= max(places[:2]):
        return say("expected source and target separated by a tab, found {shown}", shown=shown(' '.join(cells)))
    if len(cells) > max(width, 3):
        return say("it has {cells} columns, most lines have {width}: is there a tab inside a sentence?",
                   cells=len(cells), width=width)
    blank = [n for n in (0, 1) if empty(cells[places[n]])]
    if not blank:
        return ""
    problem = say("the source and the target sentence is empty") if len(blank) == 2 else \
        say("the target sentence is empty") if blank[0] else say("the source sentence is empty")
    names = listed((files[n] for n in blank), "{first} and {next}") if files else ""
    return say("{problem} ({files})", problem=problem, files=names) if files else problem


def stray(rows: Sequence[Row], width: int) -> dict[int, str]:
    """Lines with a third cell where hardly any has one: it may be a sentence that was cut by a tab."""
    found = [row.line for row in rows if len(row.cells) == 3] if width == 2 else []
    if len(found) > 0.1 * len(rows):
        return {}
    return dict.fromkeys(found, say("it has a third column, as hardly any line has: is there a tab inside a sentence?"))
