"""The pages: feedback for each learner, and the class for the teacher.

Each is one file without fonts or pictures from elsewhere. Jinja2 escapes all that learners wrote, and a content
security policy forbids scripts and connections even if something got through. The class page alone has a script, which
sorts its table; the policy names its digest.
"""
import base64
import functools
import hashlib
import re
import statistics
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

from classroom.judge.status import status_name
from classroom.judge.verdict import HEADINGS
from course._paths import atomic_path
from course._words import language, later, listed, plural, say

from . import due, figures, tables, tally
from .gradebook import UNKNOWN, Gradebook, Learner
from .mark import WITHOUT_A_MARK, Mark
from .safe import plain

_TEMPLATES = Path(__file__).parent / "templates"
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'"
_SAYS = HEADINGS | {
    "timeout": later("It was stopped: it took too long."),
    "memory": later("It was stopped: it needed too much memory."),
    "killed": later("It ended without an answer."),
    "missing": later("Not in the notebook."),
    "grader error": later("The grader failed here, not you."),
}
_SYMBOLS = {"correct": "✓", "wrong": "✗", "error": "!", "not attempted": "–", "missing": "–", "grader error": "?"}
_PRINTED = 2000
_LENT = re.compile(r"Exercise ([\d.]+) is not solved; ([\d.]+) was graded with the course's version of it\.$")
_NO_MARK = {            # where the learner reads something else than the teacher
    "grader error": later("The grader failed, through no fault of yours. Your teacher sees it too."),
    "excused": later("You are excused from this lesson."),
    "undecided": later("You handed in several notebooks. Your teacher decides which of them counts."),
}
_LEVELS = later("full"), later("partial"), later("none")           # of isolation, as the page of the class has them


def write_feedback(path: Path, learner: Learner) -> None:
    """A learner's page: marks, and what the checks said, without seeds, cases or anyone else's work."""
    lessons = list(learner.marks.values())
    total = [mark for mark in lessons if mark.points is not None]
    _write(path, "feedback.html", person=learner.person, marks=lessons, without_a_mark=_NO_MARK,
           points=sum(mark.points or 0 for mark in total), max_points=sum(mark.max_points or 0 for mark in total))


def write_class(path: Path, book: Gradebook, pages: Mapping[str, str]) -> None:
    """The teacher's page: the distribution of marks, and which misconceptions the class holds.

    Args:
        pages: the file of each learner's feedback, relative to `path`, by learner.
    """
    lessons = [_lesson(book, name) for name in book.lessons if name != UNKNOWN]
    records = [mark.record for mark in book.marks() if mark.record]
    script = (_TEMPLATES / "sort.js").read_text(encoding="utf-8")
    _write(path, "class.html", book=book, lessons=lessons, statuses=Counter(mark.status for mark in book.marks()),
           script=Markup(script), policy=f"{_POLICY}; style-src {_digest(_style())}; script-src {_digest(script)}",
           late=sum(is_late(mark) for mark in book.marks()), versions=versions(book),
           not_installed=tally.not_installed(book),
           pages={name: "/".join(map(quote, page.split("/"))) for name, page in pages.items()},
           without_a_mark=WITHOUT_A_MARK, seeds=sorted({r["seed"] for r in records if r.get("seed") is not None}),
           isolation=Counter(record["isolation"] for record in records if record.get("exercises")
                             and record.get("isolation")))


def write_likeness(path: Path, pairs: Sequence[object], names: Mapping[str, str]) -> None:
    """The teacher's page of answers that are alike; see `likeness.pairs`.

    Args:
        names: what to call each learner.
    """
    _write(path, "likeness.html", pairs=pairs, names=names)


def versions(book: Gradebook) -> dict[str, int]:
    """How many results are of which version of the course, where they are of more than one."""
    found = Counter(str(record["course"]) for mark in book.marks() if (record := mark.record) and record.get("course"))
    return dict(found.most_common()) if len(found) > 1 else {}


def is_late(mark: Mark) -> bool:
    """Something is taken off, or the learning management system said so."""
    return bool(mark.late) or any("handed in late" in note for note in mark.notes)


def to_html(message: str) -> Markup:
    """Paragraphs, indented blocks and `code`, from text that may hold anything."""
    blocks = re.split(r"\n\s*\n(?=\S)|\n\s*\n(?=    )", plain(message).strip("\n"))
    return Markup("\n").join(_block(block) for block in blocks if block.strip())


def title(lesson: str) -> str:
    """ "04_multi_head_attention" -> "Lesson 04 · Multi head attention"."""
    number, words = lesson.partition("_")[0], words_of(lesson)
    return say("Lesson {number} · {words}", number=number, words=say(words)) if words else say(lesson.capitalize())


def words_of(lesson: str) -> str:
    """ "04_multi_head_attention" -> "Multi head attention", in English."""
    return lesson.partition("_")[2].replace("_", " ").capitalize()


def number(value: float) -> str:
    """Points without needless digits."""
    return f"{round(value, 2):g}"


def _block(block: str) -> Markup:
    if block.startswith("    "):
        return Markup('<pre tabindex="0">{}</pre>').format(textwrap.dedent(block))
    return Markup("<p>{}</p>").format(Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(block)))))


def _lesson(book: Gradebook, name: str) -> dict:
    marks = book.marks(name)
    shares = [mark.share for mark in marks if mark.share is not None]
    counts = tally.histogram(marks)
    lines = tally.lines(book, name)
    common = sorted(((len(holding.learners), line.id, holding.slug) for line in lines for holding in line.holdings),
                    key=lambda found: -found[0])
    return {
        "name": name, "marks": marks, "shares": shares, "lines": lines,
        "common": [found for found in common if found[0] > 1][:3],
        "median": statistics.median(shares) if shares else None,
        "histogram": figures.histogram(counts, say(
            "How many learners have which share of the points. {shares}", shares=listed(
                say("{low} to {high} %: {count}", low=10 * n, high=10 * n + 10, count=count)
                for n, count in enumerate(counts) if count))),
    }


def _write(path: Path, template: str, **content: object) -> None:
    text = _environment().get_template(template).render(content)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="replace")


def _say(text: str, /, **facts: object) -> Markup:
    """A sentence of a template, which is HTML; its facts are not, unless they are Markup."""
    return Markup(say(_flat(text), **_escaped(facts)))


def _plural(one: str, many: str, n: int, /, **facts: object) -> Markup:
    return Markup(plural(_flat(one), _flat(many), n, **_escaped(facts)))


def _flat(text: str) -> str:
    """A sentence on one line, as the catalogue has it."""
    return " ".join(text.split())


def _escaped(facts: Mapping[str, object]) -> dict[str, Markup]:
    return {name: escape(fact) for name, fact in facts.items()}


def _lent(notes: Sequence[str]) -> list[str]:
    """Of the notes of a record, which are English, those that the learner reads."""
    return [say("Exercise {carried} is not solved; {id} was graded with the course's version of it.",
                carried=match[1], id=match[2]) for note in notes if (match := _LENT.match(note))]


def _style() -> str:
    return (_TEMPLATES / "style.css").read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(
        style=Markup(_style()), figures=figures, says=_SAYS, symbols=_SYMBOLS, statuses_in_order=tally.STATUSES,
        policy=f"{_POLICY}; style-src {_digest(_style())}", script="", is_late=is_late, stopped=tally.STOPPED,
        say=_say, plural=_plural, language=language)
    environment.filters.update(
        time=due.said, before=tables.before, message=to_html,
        capitalize_first=lambda text: text[:1].upper() + text[1:], title_of=title, number=number, plain=plain,
        lent=_lent, said=say, status=status_name, listed=lambda words: Markup(listed(map(escape, words))),
        printed=lambda text: plain(text[:_PRINTED]) + ("\n…" if len(text) > _PRINTED else ""))
    return environment
