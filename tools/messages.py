"""The catalogues of sentences: what is to be translated, and what is missing, language by language.

    python -m tools.messages              bring the catalogues of all languages up to date
    python -m tools.messages --check      name what is missing or wrong; exit 1 if anything is
    python -m tools.messages --new fr     begin the catalogues of another language

Sentences are found in two ways: where they are said (`say`, `plural`, `later` in Python, `say` in JavaScript, double
braces in the translator's page), and in the exercises themselves and the families of exam tasks, which are data. A
catalogue is `locale/LANGUAGE/LC_MESSAGES/NAME.po`.
"""
import argparse
import ast
import io
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import get_args

import jinja2
import numpy as np
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2.ext import extract_from_ast

from classroom import exercises
from classroom.exam.families import FAMILIES
from classroom.exam.family import Family
from classroom.grade.book import gradebook, pages
from classroom.grade.book.mark import EXCUSED, UNDECIDED
from classroom.grade.lessons import lesson_name
from classroom.grade.record import RecordStatus, ResultStatus
from classroom.judge import advice, evidence, own_line, words
from classroom.judge.remarks import remarks
from course._paths import atomic_path
from course._words import ENGLISH, FOLDERS, JOINTS, Later, in_script, languages
from course.page import in_frame
from course.views._fonts import SCRIPTS

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {"say": 1, "later": 1, "plural": 2}          # how many sentences each is given
# Constants of modules that `say` is asked to say, beside what is written in calls.
CONSTANTS = {"course": [JOINTS], "commands": [list(SCRIPTS)],
             "grade": [sorted({*get_args(ResultStatus), *get_args(RecordStatus), EXCUSED, UNDECIDED} - {"memory"}),
                       gradebook.UNKNOWN.capitalize()],
             "judge": [advice._BY_KIND, [row[2] for row in advice._BY_TEXT], [row[2] for row in own_line._BY_TEXT],
                       advice._NUMPY, advice._TENSORS, own_line.TEMPLATE, words.templates(), evidence.NOUNS]}
WORD = re.compile(r"[A-Za-z]{2}")


@dataclass
class Found:
    """A sentence: its plural, if it has one, the catalogues that want it, and where it comes from."""

    plural: str | None = None
    wanted: set[str] = field(default_factory=set)
    places: list[str] = field(default_factory=list)

    @property
    def catalogue(self) -> str:
        """The one that has it; what several lessons say belongs to the judge."""
        return min(self.wanted) if len(self.wanted) == 1 else "course" if "course" in self.wanted else "judge"


def sentences() -> dict[str, Found]:
    """All sentences that can be said, in the order of the source."""
    found: dict[str, Found] = {}

    def add(text: object, catalogue: str, place: str, plural: str | None = None) -> None:
        if isinstance(text, Later):
            add(text.text, catalogue, place)
            for fact in text.facts.values():
                if isinstance(fact, str) and WORD.search(fact):
                    add(fact, catalogue, place)
        elif isinstance(text, str) and WORD.search(text):
            one = found.setdefault(str(text), Found())
            one.plural = one.plural or plural
            one.wanted.add(catalogue)
            one.places += [place] * (place not in one.places)

    for path, catalogue in _files():
        place = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            for one, many in _calls(text):
                add(one, catalogue, place, many)
        else:
            for one in in_script(text) if path.suffix == ".js" else in_frame(text):
                add(one, catalogue, place)
    for path in sorted((ROOT / "classroom").rglob("*.html")):
        for one, many in _in_template(path.read_text(encoding="utf-8")):
            add(one, path.relative_to(ROOT / "classroom").parts[0], path.relative_to(ROOT).as_posix(), many)
    for n in exercises.lessons():
        add(pages.words_of(lesson_name(n)), "grade", "solutions")
    for catalogue, constants in CONSTANTS.items():
        for text in _texts(constants):
            add(text, catalogue, f"classroom/{catalogue}")
    for id in exercises.all_ids():
        for text in _of_exercise(id):
            add(text, f"lesson_{int(id.partition('.')[0]):02d}", id)
    for key, family in FAMILIES.items():
        for text in _of_family(family):
            add(text, "exam", f"classroom/exam/families/{key}.py")
    return found


def _files() -> Iterator[tuple[Path, str]]:
    """The files in which something is said, each with its catalogue."""
    for path in sorted((ROOT / "course").rglob("*.py")):
        if path.name != "_words.py":
            yield path, "course"
    for kind in ("*.js", "*.html"):
        yield from ((path, "course") for path in sorted((ROOT / "course").rglob(kind)))
    yield from ((path, "site") for path in sorted((ROOT / "classroom" / "site").rglob("*.js")))
    for path in sorted((ROOT / "classroom").rglob("*.py")):
        part = path.relative_to(ROOT / "classroom").parts
        yield path, part[1] if part[0] == "exercises" and part[1].startswith("lesson_") else \
            "judge" if part[0] in ("judge", "exercises", "ask", "face.py") else \
            part[0] if part[0] in ("grade", "exam", "site", "lecture") else "commands"


def _calls(text: str) -> Iterator[tuple[str, str | None]]:
    """The sentence, and its plural if it has one, of each call in a Python file, in a call of another one or not."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        wanted = KEYWORDS.get(getattr(call.func, "id", getattr(call.func, "attr", "")), 0)
        given = [_written(one) for one in call.args[:wanted]]
        if wanted == 2 and all(given):
            yield given[0][0], given[1][0]
        elif wanted == 1 and given:
            yield from ((one, None) for one in given[0])


def _in_template(text: str) -> Iterator[tuple[str, str | None]]:
    """The sentences of a template, each with its plural if it has one."""
    for _, _, found in extract_from_ast(jinja2.Environment().parse(text), list(KEYWORDS)):
        one, many = found[:2] if isinstance(found, tuple) else (found, None)
        if one:
            yield " ".join(one.split()), many and " ".join(many.split())


def _written(argument: ast.expr) -> list[str]:
    """The sentences that stand in the place of an argument: one, several in `one if this else another`, or none."""
    if isinstance(argument, ast.IfExp):
        return _written(argument.body) + _written(argument.orelse)
    return [argument.value] if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else []


def _texts(constants: object) -> Iterator[str]:
    if isinstance(constants, str):
        yield constants
    elif isinstance(constants, dict):
        yield from _texts(list(constants.values()))
    elif isinstance(constants, Iterable):
        for one in constants:
            yield from _texts(one)


def _of_exercise(id: str) -> Iterator[str]:
    """Everything that an exercise, which is data, says."""
    task = exercises.get(id)
    yield from (task.title, *task.hints, task.moral, *remarks(task.source()))
    yield from getattr(task, "wrong", {}).values()
    yield from getattr(task, "right", {})
    for known in (*task.misconceptions, *getattr(task, "buggy", ())):
        yield from (known.says, known.why, known.look)
    for rule in getattr(task, "properties", ()):
        yield from (rule.why, rule.look)
    if hasattr(task, "cases"):
        yield from (case.about for case in task.cases(np.random.default_rng(zlib.crc32(id.encode()))))


def _of_family(family: Family) -> Iterator[str]:
    """Everything that a sheet and its verdicts say of a family of exam tasks."""
    yield from (family.title, family.text)
    for switch in family.switches:
        yield from switch.options.values()
    yield from (mistake.says for mistake in family.mistakes)
    yield from (case.about for case in family.cases(np.random.default_rng(0)))


def catalogues(language: str) -> dict[Path, Catalog]:
    """The catalogues of a language as they should be: today's sentences, with the translations that there are."""
    known: dict[str, Message] = {}
    for folder in FOLDERS:
        for path in sorted((folder / language / "LC_MESSAGES").glob("*.po")):
            for message in read_po(io.BytesIO(path.read_bytes()), locale=language):
                if message.id and message.string:
                    known[message.id if isinstance(message.id, str) else message.id[0]] = message
    made: dict[Path, Catalog] = {}
    for text, one in sentences().items():
        folder = FOLDERS[0 if one.catalogue == "course" else 1]
        path = folder / language / "LC_MESSAGES" / f"{one.catalogue}.po"
        catalogue = made.setdefault(path, Catalog(locale=language, project="Build a Transformer", version="1",
                                                  header_comment=f"# {one.catalogue}: what is said there, in "
                                                                 f"{language}.", fuzzy=False))
        old = known.get(text)
        string = "" if old is None else old.string
        if one.plural and isinstance(string, str):
            string = ("",) * catalogue.num_plurals
        elif not one.plural and not isinstance(string, str):
            string = string[0]
        catalogue.add((text, one.plural) if one.plural else text, string, [(place, None) for place in one.places],
                      user_comments=() if old is None else old.user_comments)
    return made


def text_of(catalogue: Catalog) -> str:
    """A catalogue as a file has it, without dates, which would change from day to day."""
    made = io.BytesIO()
    write_po(made, catalogue, width=110, omit_header=False, include_lineno=False)
    text = made.getvalue().decode()
    return re.sub(r'^"(?:POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Last-Translator|Language-Team|'
                  r'Generated-By): .*"\n', "", text, flags=re.MULTILINE)


def problems(language: str, whole: bool = True) -> list[str]:
    """What is wrong with a language's catalogues, a line each; without `whole`, sentences may be missing."""
    found = []
    for path, catalogue in catalogues(language).items():
        name = path.relative_to(ROOT).as_posix()
        if not path.exists() or path.read_text(encoding="utf-8") != text_of(catalogue):
            found.append(f"{name} is out of date: python -m tools.messages")
        for message in catalogue:
            if message.id:
                found += [f"{name}: {problem}" for problem in _wrong(message, whole)]
    return found


def _wrong(message: Message, whole: bool) -> Iterator[str]:
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    if not all(strings):
        if whole:
            yield f"not translated: {ids[0]!r}"
        return
    for string in strings:
        if unknown := places(string) - set().union(*map(places, ids)):
            yield f"names places that the English does not have, {sorted(unknown)}: {ids[0]!r}"
        if lost := code(string) ^ code(ids[0]):
            yield f"code differs, {sorted(lost)}: {ids[0]!r}"


def code(text: str) -> set[str]:
    """What a sentence has in backticks, apart from that which has places in it."""
    return {found for found in re.findall(r"`[^`]+`", text) if not places(found)}


def places(text: str) -> set[str]:
    """The places that a sentence names in braces."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name}
    except ValueError:                     # braces that are only braces
        return set()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if anything is missing")
    parser.add_argument("--new", metavar="LANGUAGE", help="begin the catalogues of a language, as fr")
    options = parser.parse_args(arguments)
    found = []
    for language in [*languages(), *([options.new] if options.new else [])]:
        if language == ENGLISH:
            continue
        if options.check:
            found += problems(language)
            continue
        todo = 0
        for path, catalogue in catalogues(language).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as temporary:
                temporary.write_text(text_of(catalogue), encoding="utf-8")
            todo += sum(not message.string or not all(message.string) for message in catalogue if message.id)
        print(f"{language}: {todo} sentences to translate")
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
