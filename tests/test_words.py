"""What is said in which language; and that the catalogues are whole."""
import ast
import os
import re
import subprocess
import sys

import autocorrect_py
import pytest
from babel.messages.pofile import read_po

from classroom import evaluate, exercises
from classroom.judge.evidence import listing
from classroom.judge.remarks import in_words, remarks
from course import _words
from course._words import language, languages, later, plural, say, speaking
from tools import messages

ROOT = messages.ROOT
WHOLE = ("zh",)              # languages that have everything; the others may lack sentences
CATALOGUES = [path for folder in _words.FOLDERS for path in sorted(folder.rglob("*.po"))]
TEXTS = [ROOT / "README.zh.md", ROOT / "docs" / "teachers_guide.zh.md", ROOT / "docs" / "glossary.md",
         *sorted((ROOT / "solutions" / "zh").glob("*.md"))]


@pytest.fixture
def dutch(tmp_path, monkeypatch):
    """A language of two sentences, as one would begin it: a folder, and nothing else."""
    path = tmp_path / "nl" / "LC_MESSAGES" / "some.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
                    'msgid "Correct."\nmsgstr "Goed."\n\n'
                    'msgid "On {place} ({about})"\nmsgstr "({about}) bij {place}"\n\n'
                    'msgid "{points} of {max_points} point"\nmsgid_plural "{points} of {max_points} points"\n'
                    'msgstr[0] "{points} van {max_points} punt"\nmsgstr[1] "{points} van {max_points} punten"\n\n'
                    'msgid "too short"\nmsgstr "te kort"\n\nmsgid "It is {what}."\nmsgstr "Het is {what}."\n',
                    encoding="utf-8")
    monkeypatch.setattr(_words, "FOLDERS", [tmp_path])
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    for cached in (_words._of_this_process, _words._translations):
        cached.cache_clear()
    yield "nl"
    for cached in (_words._of_this_process, _words._translations):
        cached.cache_clear()


def test_another_language_needs_no_code(dutch):
    assert languages() == ["en", "nl"]
    with speaking(dutch):
        assert say("Correct.") == "Goed."
        assert say("On {place} ({about})", place="`q`", about="{braces}") == "({braces}) bij `q`"
        assert plural("{points} of {max_points} point", "{points} of {max_points} points", 1, points=0,
                      max_points=1) == "0 van 1 punt"
        assert say("What it does not have.") == "What it does not have."
    assert say("Correct.") == "Correct."


def test_a_constant_is_said_when_it_is_said(dutch):
    sentence = later("It is {what}.", what="too short")
    assert sentence == "It is too short." == say(sentence)
    with speaking(dutch):
        assert say(sentence) == "Het is te kort."
        assert say(later("It is {what}.", what=later("too short"))) == "Het is te kort."


def test_compiled_catalogues_are_kept_and_broken_ones_made_anew(dutch, tmp_path):
    with speaking(dutch):
        say("Correct.")
    [kept] = (tmp_path / "cache" / "words").iterdir()
    assert kept.name.startswith("nl-") and kept.suffix == ".mo"
    for content in (b"", b"no catalogue", kept.read_bytes()[:40]):
        kept.write_bytes(content)
        _words._translations.cache_clear()
        with speaking(dutch):
            assert say("Correct.") == "Goed."


@pytest.mark.parametrize(("environment", "spoken"), [
    ({"COURSE_LANG": "zh"}, "zh"), ({"COURSE_LANG": "zh_TW.UTF-8"}, "zh"), ({"COURSE_LANG": "zh-Hans"}, "zh"),
    ({"COURSE_LANG": "xx", "LANG": "zh_CN.UTF-8"}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "C.UTF-8"}, "en"),
    ({"LC_ALL": "zh_CN", "LANG": "en_GB"}, "zh"), ({"LC_MESSAGES": "en_GB", "LANG": "zh_CN"}, "en"), ({}, "en"),
    ({"JPY_SESSION_NAME": "course/zh/00_welcome.ipynb", "LANG": "en_GB.UTF-8"}, "zh"),
    ({"JPY_SESSION_NAME": "zh/00_welcome.ipynb", "COURSE_LANG": "en"}, "en"),
])
def test_the_language_of_a_process(environment, spoken, monkeypatch, tmp_path):
    for name in ("COURSE_LANG", "JPY_SESSION_NAME", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    _words._of_this_process.cache_clear()
    assert language() == spoken
    _words._of_this_process.cache_clear()


def test_an_english_notebook_on_a_chinese_system_is_english(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_LANG")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.chdir(tmp_path)
    _words._of_this_process.cache_clear()
    assert language() == "en"
    (tmp_path / "zh").mkdir()
    monkeypatch.chdir(tmp_path / "zh")               # the folder of a notebook is where its kernel begins
    _words._of_this_process.cache_clear()
    assert language() == "zh"
    _words._of_this_process.cache_clear()


def test_a_verdict_is_the_same_in_both_but_for_its_words():
    def scores(q, k):
        return k @ q.T
    english = evaluate("1.1", scores)
    with speaking("zh"):
        chinese = evaluate("1.1", scores)
        text = str(chinese)
    assert (english.status, english.mistake, english.points) == (chinese.status, chinese.mistake, chinese.points)
    assert english.mistake == "keys-as-rows" and "恰好" in text and "exactly" not in text


def test_lists_have_their_own_conjunctions():
    assert listing(["a", "b", "c"]) == "a, b and c" and listing(["a", "b"], "or") == "a or b"
    with speaking("zh"):
        assert listing(["a", "b", "c"]) == "a、b 和 c" and listing(["a", "b"], "or") == "a 或 b"


@pytest.mark.slow
@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_catalogues_are_current_and_their_places_right(language):
    assert messages.problems(language, whole=language in WHOLE) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_chinese_is_set_as_chinese_is_set(path):
    """Blanks between scripts, full-width punctuation. What stands in backticks and in braces is no language."""
    if path.parents[1].name == "zh":
        with path.open("rb") as file:
            said = [text for message in read_po(file) if message.id
                    for text in (message.string if isinstance(message.string, tuple) else (message.string,))]
        assert [text for text in said if (better := typography(text))[0] != better[1]] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_chinese_texts_are_set_as_chinese_is_set(path):
    lines = autocorrect_py.lint_for(path.read_text(encoding="utf-8"), "markdown").lines
    assert [(line.line, line.old, line.new) for line in lines] == []


def test_both_readmes_say_the_same_numbers():
    """Minutes of the lessons, and results with their commands: row by row, whatever the order of the words."""
    numbers = [[sorted(re.findall(r"\d[\d,.]*(?<![,.])", "".join(line.split("|")[3:])))
                for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.startswith("|")]
               for name in ("README.md", "README.zh.md")]
    assert numbers[0] == numbers[1] and len(numbers[0]) > 20


def test_the_glossary_has_the_words_of_the_lessons():
    """One row for a term, in the order of the lessons; and the lesson that it names does say so."""
    table = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (\d\d) \|$", table, re.MULTILINE)
    assert len(rows) > 100
    assert [row[2] for row in rows] == sorted(row[2] for row in rows)
    terms = [term for english, _, _ in rows for term in re.split(r", ?(?![^(]*\))", english)]
    assert sorted(terms) == sorted(set(terms))
    for _, chinese, lesson in rows:
        [prose] = (ROOT / "solutions" / "zh").glob(f"{lesson}_*.md")
        text = prose.read_text(encoding="utf-8")
        assert [word for word in re.sub("（[^）]*）", "", chinese).split("，") if word not in text] == [], prose.name


def typography(text: str) -> tuple[str, str]:
    """A text, and how it should be set. Code and places stand as one letter."""
    plain = re.sub(r"`[^`]*`|\{[^{}]*\}", "X", text)
    return plain, autocorrect_py.format(plain)


def test_a_solution_is_shown_in_the_readers_language_and_is_the_same_code():
    for id in exercises.all_ids():
        english = exercises.get(id).source()
        assert in_words(english) == english
        with speaking("zh"):
            chinese = in_words(english)
        assert bool(remarks(english)) == (chinese != english), id
        assert code_of(chinese) == code_of(english), id


def code_of(source: str) -> str:
    """What Python makes of it, docstrings apart."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
    return ast.dump(tree)


@pytest.mark.slow
def test_a_first_sentence_costs_no_second_of_waiting_twice(tmp_path):
    """Babel is not imported where the compiled catalogue is there."""
    code = "import sys; from course._words import say; say('Correct.'); print('babel' in sys.modules)"
    environment = os.environ | {"COURSE_LANG": "zh", "COURSE_CACHE": str(tmp_path)}
    printed = [subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True,
                              cwd=ROOT).stdout.strip() for _ in range(2)]
    assert printed == ["True", "False"]
