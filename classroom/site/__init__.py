"""The solved lessons as a static site: pages that open from disk, without network, kernel or server.

`python -m classroom site FOLDER` takes the executed solutions as they are. Formulas become MathML, which browsers
draw themselves; pictures are inside the pages; views bring their scripts along, and those that ask a model are
answered by the trained translator, which runs in the browser.
"""
import json
import shutil
import sys
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from tqdm import tqdm

from classroom.arguments import Parser
from classroom.site.alive import bring_to_life, first_view, write_scripts
from classroom.site.lesson import Section, SiteError, body, read_lesson, title, write
from classroom.site.words import described, name_of, words
from course._paths import atomic_path
from course._words import ENGLISH, in_script, languages, say, speaking, translated
from course.page import (
    About,
    PageError,
    Saved,
    about_the_course,
    export_page,
    load_translator,
    scored,
    with_fewer_bits,
)
from course.page.packing import plain

__all__ = ["SiteError", "export", "main", "title"]

ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).parent


class Entry(NamedTuple):
    """A line of the table of contents; `address` is seen from the page that shows it."""

    name: str
    address: str
    title: str
    language: str
    builds: str = ""
    builds_language: str = "en"
    minutes: str = ""


def export(
    root: Path, target: Path, translator: Saved | None = None, only: Collection[str] | None = None,
    abouts: Mapping[str, About] | None = None
) -> list[Path]:
    """Write the site: a front page, a page for each solved lesson, what they share in `assets/`, and the notebooks.

    Args:
        root: a repository with `solutions/NN_name.ipynb`, executed, and `notebooks/`; where `solutions/zh/` has a
            translated lesson, executed too, there is a page of it in `zh/`. So it is for every language of the course.
        target: a folder, made if it is not there. Each file is replaced as a whole.
        translator: answers the views that ask a model, and becomes `translator.html`. Without it these views show
            what is stored in the notebooks.
        only: names of lessons to write pages for; the others are listed all the same. By default all.
        abouts: what is said of the translator, by language; by default what it says itself.

    Returns:
        The English pages that were written, the front page first.

    Raises:
        SiteError: if there are no lessons, or one has not been executed.
        course.page.PageError: if a page cannot run this translator.
    """
    paths = _lessons(root)
    codes = [ENGLISH, *(code for code in languages() if code != ENGLISH)]
    folders = {code: "" if code == ENGLISH else f"{code}/" for code in codes}
    notebooks = {code: {path.stem: read_lesson(solved, root / "notebooks" / folders[code], words(code))
                        for path in paths if (solved := root / "solutions" / folders[code] / path.name).exists()}
                 for code in codes}
    titles = {code: {name: _named(name, title(notebook), words(code)) for name, notebook in own.items()}
              for code, own in notebooks.items()}
    for path in sorted((_HERE / "assets").iterdir()):
        write(target / "assets" / path.name, path.read_text(encoding="utf-8"))
    if translator is not None:
        write_scripts(target, translator)
        for code in (code for code, own in notebooks.items() if own):
            with speaking(code):
                export_page(translator.model, translator.subwords, target / folders[code] / "translator.html",
                            (abouts or {}).get(code, translator.about))

    builds = {code: described(root, code) for code in codes}
    written, index = [], []
    jobs = [(code, name) for code, own in notebooks.items() for name in own if only is None or name in only]
    for code, name in tqdm(jobs, desc=say("site"), unit=say("page"), disable=None, leave=False):
        notebook = notebooks[code][name]
        context = _context(code, name, titles, builds)
        at = [entry.name for entry in context["lessons"]].index(name)
        beside = [context["lessons"][n] if 0 <= n < len(context["lessons"]) else None for n in (at - 1, at + 1)]
        learners = _copied(root / "notebooks" / folders[code] / f"{name}.ipynb",
                           target / folders[code] / "notebooks")
        alive = bring_to_life(notebook, context["words"], translator)
        text, sections = body(notebook)
        page = _page(
            "frame.html", **context, heading=titles[code][name], body=Markup(text), sections=_shown(sections),
            before=beside[0], after=beside[1], alive=alive, notebook=learners, scripted=_scripted(code))
        path = write(target / context["folder"] / f"{name}.html", page)
        written += [path] if code == ENGLISH else []
        index += [{"page": f"{context['folder']}{name}.html", "language": code, "lesson": titles[code][name],
                   "anchor": one.anchor, "heading": one.short, "text": one.text} for one in sections]
    search = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    write(target / "assets/index.js", f"window.courseIndex = {search};\n")
    fronts = []
    for code in (code for code, own in notebooks.items() if own):
        context = _context(code, "index", titles, builds)
        fronts.append(write(target / context["folder"] / "index.html", _page(
            "front.html", **context, front=True, heading=context["words"]["title"],
            view=Markup(first_view(context["words"]["view"], code)),
            translator="translator.html" if translator else "")))
    return [fronts[0], *written]


def _lessons(root: Path) -> list[Path]:
    """The solved lessons. Raises SiteError if there are none, as in an installed package."""
    paths = sorted((root / "solutions").glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise SiteError(say("{folder}: there are no lessons here; the site is made in the repository",
                            folder=root / "solutions"))
    return paths


def _named(name: str, heading: str, own: dict[str, str]) -> str:
    """A lesson's heading as lists name it: with its number."""
    return own["first"] if name.startswith("00") and "00" not in heading else heading


def _copied(notebook: Path, folder: Path) -> str:
    """Copy the learner's notebook; its address from the page, or "" where there is none."""
    if not notebook.exists():
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_path(folder / notebook.name) as temporary:
        shutil.copyfile(notebook, temporary)
    return f"notebooks/{notebook.name}"


def _context(
    code: str, name: str, titles: dict[str, dict[str, str]], described: dict[str, dict[str, tuple[str, str]]]
) -> dict[str, Any]:
    """What the frame of the page `name` in the language `code` shows: lessons, languages, addresses."""
    folder, base = ("", "") if code == ENGLISH else (f"{code}/", "../")
    lessons = []
    for other, heading in titles[ENGLISH].items():
        own = other in titles[code]
        of = code if other[:2] in described[code] else ENGLISH
        builds, minutes = described[of].get(other[:2], ("", ""))
        lessons.append(Entry(other, f"{'' if own else base}{other}.html", titles[code].get(other, heading),
                             code if own else ENGLISH, builds, of, minutes))
    editions = [other for other, own in titles.items() if own and (name == "index" or name in own)]
    switch = [(other, name_of(other), f"{base}{'' if other == ENGLISH else f'{other}/'}{name}.html")
              for other in editions]
    return {"language": code, "base": base, "folder": folder, "name": name, "home": "index.html", "words": words(code),
            "lessons": lessons, "languages": switch if len(switch) > 1 else []}


def _scripted(code: str) -> dict[str, str]:
    """What `alive.js` says in this language, by its English."""
    with speaking(code):
        return translated(in_script((_HERE / "assets" / "alive.js").read_text(encoding="utf-8")))


def _shown(sections: list[Section]) -> list[Section]:
    """The sections that the sidebar names: second level, and exercises below it."""
    return [one for one in sections if one.level == 2 or one.level == 3 and "●" in one.heading]


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True,
                       keep_trailing_newline=True)


def _page(template: str, **context: Any) -> str:
    return _templates().get_template(template).render(**context)


def _trained() -> tuple[Saved, dict[str, About]]:
    """The translator of lesson 09, trained now if it is not in the cache, and what is said of it in each language.

    Its score is that of the weights shown.
    """
    from course.translator import trained_translator

    found, abouts = trained_translator(), {}
    score = scored(with_fewer_bits(found.model, 8), found.subwords, found.split.test)
    for code in languages():
        with speaking(code):
            abouts[code] = about_the_course(found, say(score))
    return Saved(plain(found.model), found.subwords, abouts[ENGLISH]), abouts


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command `python -m classroom site`; returns its exit code."""
    parser = Parser(prog="python -m classroom site", description=say(
        "The solved lessons as a static site: pages that open from disk, without network, kernel or server."))
    parser.add_argument("folder", nargs="?", default="site", metavar=say("folder"), help=say(
        "where to put it; by default `site`"))
    parser.add_argument("--translator", metavar=say("FILE"), default="course", help=say(
        "what answers the views that ask a model: a file that `course.page.save_translator` wrote; `none`, and they "
        "show what is stored; by default `course`, the translator of lesson 09, which is trained now if it is not in "
        "the cache"))
    options = parser.parse_args(arguments)
    from course.data import DataError
    try:
        _lessons(root)                           # before a translator is trained for them
        abouts: dict[str, About] = {}
        if options.translator == "course":
            translator, abouts = _trained()
        else:
            translator = None if options.translator == "none" else load_translator(options.translator)
        written = export(root, Path(options.folder), translator, abouts=abouts)
    except (SiteError, PageError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    print(say("{n} pages: open {page}", n=len(written), page=written[0]))
    return 0
