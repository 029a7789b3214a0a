"""What the frame of a page says: in English here, in other languages by the catalogue `site`."""
import re
from contextlib import suppress
from pathlib import Path

from babel import Locale, UnknownLocaleError

from course._words import ENGLISH, languages, later, say, speaking

__all__ = ["described", "name_of", "words"]

_ROW = re.compile(r"^\| \[(\d\d)\]\([^)]*\) \| [^|]+ \| ([^|]+) \| (\d+) \|$", re.MULTILINE)
_WORDS = {
    "title": later("Build a Transformer"),
    "first": later("Lesson 00 · Welcome"),        # whose heading is the name of the course
    "view": later("Attention, stage by stage."),
    "skip": later("Skip to the text"),
    "home": later("Start page"),
    "menu": later("Lessons"),
    "lessons": later("Lessons"),
    "neighbours": later("Previous and next lesson"),
    "language": later("Language"),
    "search": later("Search all lessons"),
    "found_none": later("Nothing found."),
    "found": later("{n} found"),
    "dark": later("Dark"),
    "copy_code": later("Copy"),
    "copied": later("Copied"),
    "notebook": later("Notebook of this lesson"),
    "notebook_hint": later("{link} (without the solutions, to work in yourself)"),
    "solution": later("Solution"),
    "alive": later(
        "The trained model answers here, in this page: its weights are rounded to int8, and what you type "
        "stays here."),
    "own_beam": later("The same with the trained translator, for a sentence of yours"),
    "no_page": later("The page that the lesson makes is not shown here: this site was made without the trained model."),
    "lead": later(
        "A course that begins with the dot product of two short vectors and ends with an encoder-decoder "
        "Transformer, every piece of it written in PyTorch and trained on real English–Spanish sentences."),
    "start": later("Start reading"),
    "try": later("Try the translator"),
    "touch": later("Touch it: attention, stage by stage"),
    "touch_hint": later(
        "Four words, and what each of them looks at. Press Next, and point at a number to see what it is made"
        " of."),
    "what": later("The lessons, and what you build in each"),
    "minutes": later("{n} minutes"),
    "how": later("How to use these pages"),
    "reading": later(
        "These pages show the lessons solved; solutions are folded until you ask for them. Views can be "
        "touched here as well. Your own functions, checks and hints need the notebooks: each lesson links to "
        "its own."),
    "offline": later("Everything works from disk, without network. Nothing is sent anywhere."),
    "licences": later("Licences"),
    "rights": later(
        "Text and figures: CC BY 4.0. Code: MIT. The sentence pairs come from Tatoeba (tatoeba.org), CC BY "
        "2.0 FR."),
}


def words(language: str) -> dict[str, str]:
    """The words of a language, by name. Raises KeyError for one that there is no catalogue of."""
    if language not in languages():
        raise KeyError(f"there is no edition in {language!r}; there are: {', '.join(languages())}")
    with speaking(language):
        return {name: say(text) for name, text in _WORDS.items()}


def name_of(language: str) -> str:
    """A language by its own name: "English", "中文"."""
    with suppress(UnknownLocaleError, ValueError):
        return Locale.parse(language).get_display_name() or language
    return language


def described(root: Path, language: str = ENGLISH) -> dict[str, tuple[str, str]]:
    """What is built in each lesson, and the minutes that it takes, by its number.

    From the table in `README.md`, or in `README.zh.md` for the language "zh"; nothing where there is no such file.
    """
    path = root / ("README.md" if language == ENGLISH else f"README.{language}.md")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {number: (builds, minutes) for number, builds, minutes in _ROW.findall(text)}
