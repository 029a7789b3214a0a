"""What the course says, in the reader's language.

Sentences are written in English where they are said: `say("{n} of {all} cases ran.", n=3, all=4)`. Their translations
are GNU gettext catalogues, `locale/LANGUAGE/LC_MESSAGES/*.po`, in `course` and in `classroom`. A folder there is all
that a language needs; what a catalogue does not have is said in English.
"""
import contextlib
import contextvars
import gettext
import hashlib
import io
import json
import os
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from pathlib import Path
from typing import Any

from course._paths import atomic_path, cache_dir

__all__ = ["Later", "in_script", "language", "languages", "later", "listed", "plural", "say", "speaking", "translated"]

ENGLISH = "en"
JOINTS = ("{first}, {next}", "{first}; {next}", "{first}. {next}", "{first} and {next}")        # see `listed`
FOLDERS = [folder / "locale" for folder in (Path(__file__).parent, Path(__file__).parents[1] / "classroom")]

# A blank between two Chinese characters, as where the last word of a fact meets the next of a sentence.
_GAP = re.compile(r"(?<=[\u4e00-\u9fff，；：、]) (?=[\u4e00-\u9fff])")

_speaking: contextvars.ContextVar[str | None] = contextvars.ContextVar("language", default=None)


class Later(str):
    """An English sentence made before anybody knows in which language it will be said. See `later`."""

    text: str
    facts: dict[str, Any]


def say(text: str, /, **facts: Any) -> str:
    """A sentence in the language of the reader, with facts in the places that it names in braces.

    Args:
        text: the English sentence, whole. Without facts, braces in it are only braces.
        facts: what stands in its places, as for `str.format`.
    """
    if isinstance(text, Later):
        return say(text.text, **{name: say(fact) if isinstance(fact, str) else fact
                                 for name, fact in text.facts.items()})
    found = _translations(language()).gettext(text) if text else text
    said = found.format_map(facts) if facts else found
    return _GAP.sub("", said) if facts and language() == "zh" else said


def plural(one: str, many: str, n: int, /, **facts: Any) -> str:
    """As `say`, for a sentence that changes with a number: `plural("1 point", "{n} points", n, n=n)`."""
    return _translations(language()).ngettext(one, many, n).format_map(facts)


def later(text: str, /, **facts: Any) -> Later:
    """A sentence for a constant of a module: `say` says it, and those of its facts that are words, to the reader."""
    sentence = Later(text.format_map(facts) if facts else text)
    sentence.text, sentence.facts = text, facts
    return sentence


def listed(words: Iterable[str], joint: str = "{first}, {next}") -> str:
    """Words or sentences in a row: "a, b, c". `joint`, one of `JOINTS`, says how the next follows the first ones."""
    return reduce(lambda first, word: say(joint, first=first, next=word) if first else word, words, "")


def in_script(script: str) -> list[str]:
    """What a JavaScript says: the English of each call of `say("...")` in it, where "..." may be cut by a plus."""
    string = r'"(?:[^"\\]|\\.)*"'
    calls = re.findall(rf"(?<![\w.])say\(\s*({string}(?:\s*\+\s*{string})*)", script)
    return ["".join(json.loads(part) for part in re.findall(string, call)) for call in calls]


def translated(texts: Iterable[str]) -> dict[str, str]:
    """Those of these texts that are not English here, by their English: what a page without Python says."""
    return {text: said for text in texts if (said := say(text)) != text}


def languages() -> list[str]:
    """The languages that there are catalogues for, English among them."""
    return sorted({ENGLISH, *(path.name for folder in FOLDERS if folder.is_dir() for path in folder.iterdir()
                              if (path / "LC_MESSAGES").is_dir())})


def language() -> str:
    """The language that is spoken here: the first of these that says one that there is.

    That of `speaking`; the variable `COURSE_LANG`; the notebook's, which is the name of its folder; outside of
    notebooks, the system's (`LC_ALL`, `LC_MESSAGES`, `LANG`). Else English.
    """
    return _speaking.get() or _of_this_process(os.environ.get("COURSE_LANG", ""))


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, everything is said in this language."""
    token = _speaking.set(language)
    try:
        yield
    finally:
        _speaking.reset(token)


@cache
def _of_this_process(asked: str) -> str:
    known = languages()
    if asked:
        return _known(asked, known) or ENGLISH
    notebook = Path(os.environ.get("JPY_SESSION_NAME") or Path.cwd() / "notebook.ipynb")
    if (own := notebook.parent.name) in known:
        return own
    if "ipykernel" in sys.modules:
        return ENGLISH
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return _known(os.environ[variable], known) or ENGLISH
    return ENGLISH


def _known(asked: str, known: list[str]) -> str | None:
    """zh_TW.UTF-8 is answered by zh_TW, or else by zh."""
    plain = asked.partition(".")[0].replace("-", "_")
    return next((name for name in (plain, plain.partition("_")[0]) if name in known), None)


@cache
def _translations(language: str) -> gettext.NullTranslations:
    """The catalogues of a language in one."""
    files = sorted(path for folder in FOLDERS for path in (folder / language / "LC_MESSAGES").glob("*.po"))
    if not files:
        return gettext.NullTranslations()
    try:
        return gettext.GNUTranslations(io.BytesIO(_compiled(language, files)))
    except (OSError, ValueError, struct.error, IndexError):          # what was kept cannot be read
        return gettext.GNUTranslations(io.BytesIO(_compiled(language, files, anew=True)))


def _compiled(language: str, files: list[Path], anew: bool = False) -> bytes:
    """The catalogues as gettext reads them. They are kept, since Babel takes a second to make them."""
    contents = [path.read_bytes() for path in files]
    digest = hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]
    kept: Path | None = None
    with contextlib.suppress(OSError):
        kept = cache_dir() / "words" / f"{language}-{digest}.mo"
        if not anew:
            return kept.read_bytes()
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    whole = Catalog(locale=language)
    for content in contents:
        for message in read_po(io.BytesIO(content), locale=language):
            if message.id and message.string:
                whole[message.id] = message
    made = io.BytesIO()
    write_mo(made, whole)
    if kept is not None:
        with contextlib.suppress(OSError), atomic_path(kept) as temporary:
            temporary.write_bytes(made.getvalue())
    return made.getvalue()
