"""The pages: what learners and teachers read, and that nothing a learner wrote runs or leads astray."""
import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom import evaluate, exercises
from classroom.grade.book import decisions, files, gradebook, mark, pages, tally
from classroom.grade.read.roster import Person, Roster
from classroom.grade.record import RecordStatus, ResultStatus

LESSON = "04_multi_head_attention"
ATTACK = ("</pre></p>\"'><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} "
          "`</code><b onclick=x>` \u202egnp")


def exercise(id="4.1", status="correct", worth=2, **more):
    points = worth if status == "correct" else 0
    return {"id": id, "title": exercises.get(id).title, "status": status, "points": points, "max_points": worth,
            "message": "What was seen.\n\nWhy.", "mistake": None, "mistakes": [], "printed": "", "raised": None,
            "seconds": 0.0, **more}


def record(learner, *found, status="graded", **more):
    graded = status == "graded"
    return {"learner": learner, "submission": f"{learner}.ipynb", "lesson": LESSON, "sha256": "00", "status": status,
            "message": "", "isolation": "full", "isolation_details": [], "seed": 86028121, "seconds": 0.0, "notes": [],
            "exercises": list(found), "points": sum(e["points"] for e in found) if graded else None,
            "max_points": sum(e["max_points"] for e in found) if graded else None, **more}


class Page(HTMLParser):
    """Tags, attributes and text of a page, as a browser would find them."""

    def __init__(self, path):
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.tags, self.open, self.text = [], [], ""
        self.feed(self.source)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "line", "rect", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"{tag} closed in {self.open}"

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def feedback(tmp_path, *records, learner=0):
    book = gradebook.build(records)
    pages.write_feedback(tmp_path / "page.html", book.learners[learner])
    return Page(tmp_path / "page.html")


def class_page(tmp_path, records, roster=None, links=None):
    pages.write_class(tmp_path / "class.html", gradebook.build(records, roster), links or {})
    return Page(tmp_path / "class.html")


def sha256(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def assert_harmless(page):
    allowed = ("html head meta title style body main header footer section article nav h1 h2 h3 p ul li div span "
               "strong bdi code pre details summary a figure figcaption svg rect line text table thead tbody tr "
               "th td").split()
    for tag, attributes in page.tags:
        assert tag in allowed or tag == "script" and not attributes, tag
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "srcdoc")]
        assert not re.match(r"\s*\w+:", attributes.get("href", "")), "links stay in this folder"
    (policy,) = [m["content"] for m in page.named("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", page.source, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    scripts = re.findall(r"<script>(.*?)</script>", page.source, re.DOTALL)
    ours = [f"; script-src '{sha256(pages._TEMPLATES.joinpath('sort.js').read_text(encoding='utf-8'))}'"]
    assert [f"; script-src '{sha256(script)}'" for script in scripts] in ([], ours), "no script but the one that sorts"
    assert policy == (f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{digest}'"
                      + "".join(ours * len(scripts)))
    assert page.source.index("Content-Security-Policy") < page.source.index("<title>")
    assert "\u202e" not in page.source
    assert "url(" not in style and "@import" not in style


def test_feedback_says_what_the_checks_said(tmp_path):
    verdict = evaluate("1.3", exercises.get("1.3").misconceptions[0].wrong, seed=5).as_dict()
    page = feedback(tmp_path, record("ada", {**verdict, "seconds": 0.1}, lesson="01_dot_product_attention"))
    assert_harmless(page)
    flat = " ".join(page.text.split())
    assert "Lesson 01 · Dot product attention 0 of 3 points" in flat and "Not yet." in flat
    for block in verdict["message"].split("\n\n"):
        assert " ".join(block.replace("`", "").split()) in flat
    assert {name for name, _ in page.tags} >= {"code", "svg"}


def test_nothing_secret_is_in_feedback(tmp_path):
    records = [record("ada", exercise()), record("bob", exercise(status="wrong", message="Bob's own"))]
    page = feedback(tmp_path, *records)
    assert "86028121" not in page.source and "bob" not in page.source.casefold()


def test_what_a_learner_writes_stays_text(tmp_path):
    attacked = exercise(status="error", message=f"It raised {ATTACK}\n\n    {ATTACK}", printed=ATTACK * 90)
    records = [record(ATTACK, attacked), record("bob", status="unreadable", message=ATTACK)]
    for learner in (0, 1):
        page = feedback(tmp_path, *records, learner=learner)
        assert_harmless(page)
        assert "<script>alert(1)</script>" in page.text and "{{ 7*7 }}" in page.text
    assert len(feedback(tmp_path, *records).source) < 30_000, "what was printed is cut"
    page = class_page(tmp_path, [record(ATTACK, {**attacked, "mistakes": [ATTACK], "mistake": ATTACK})],
                      links={ATTACK: "feedback/javascript:alert(1).html"})
    assert_harmless(page)


@pytest.mark.slow
@given(st.text(alphabet=st.sampled_from("`<>&\"' \n    abcé\u202e\x00") | st.characters()))
def test_any_message_is_harmless(text):
    html = str(pages.to_html(text))
    assert not set(re.findall(r"<[^>]*>", html)) - {"<p>", "</p>", "<code>", "</code>", '<pre tabindex="0">', "</pre>"}
    assert html.count("<code>") == html.count("</code>")


@pytest.mark.parametrize(("status", "says"), [
    ("missing", "The reason."), ("unreadable", "could not be read"), ("grader error", "no fault of yours"),
])
def test_no_mark_is_not_a_zero(tmp_path, status, says):
    page = feedback(tmp_path, record("ada", status=status, message="The reason."))
    assert "There is no mark for this lesson." in page.text and says in page.text
    assert not re.search(r"\b0\b", page.text.replace("04", ""))


def test_an_exercise_the_grader_failed_in_has_no_mark(tmp_path):
    page = feedback(tmp_path, record("ada", exercise(), exercise("4.2", "grader error", message="secret path")))
    assert "There is no mark" in page.text and "no mark" in page.text and "secret path" not in page.text


@pytest.mark.parametrize("status", [s for s in tally.STATUSES if s not in ("correct", "grader error")])
def test_every_status_has_words(tmp_path, status):
    page = feedback(tmp_path, record("ada", exercise(status=status)))
    assert pages._SAYS[status] in page.text and "0 of 2" in page.text


MISTAKES = [m.slug for m in exercises.get("4.1").misconceptions[:2]]
CLASS = [
    record("ada", exercise(), exercise("4.2", worth=1)),
    record("bob", exercise(status="wrong", mistakes=MISTAKES[:1]), exercise("4.2", worth=1)),
    record("cleo", exercise(status="wrong", mistakes=MISTAKES), exercise("4.2", "not attempted", worth=1)),
    record("dan", status="unreadable"),
    record("eve", exercise(status="wrong", mistakes=["made-up"], message="Seen here.\n\nWhy."),
           exercise("4.2", worth=1)),
]


def test_what_an_unsolved_exercise_means_for_the_next(tmp_path):
    lent = "Exercise 4.1 is not solved; 4.3 was graded with the course's version of it."
    page = feedback(tmp_path, record("ada", exercise(status="wrong"), notes=[lent, "handed in late", "cell 3: a link"]))
    assert lent in page.text and "late" not in page.text and "cell 3" not in page.text


def test_which_misconceptions_the_class_holds(tmp_path):
    one, two = tally.lines(gradebook.build(CLASS), LESSON)
    assert (one.id, one.counts, one.correct, one.total) == ("4.1", {"correct": 1, "wrong": 3}, 1, 4)
    assert [(h.slug, h.learners) for h in one.holdings] == [
        (MISTAKES[0], ("bob", "cleo")), *sorted([("made-up", ("eve",)), (MISTAKES[1], ("cleo",))])]
    catalogue = {m.slug: m.says for m in exercises.get("4.1").misconceptions}
    assert {h.slug: h.says for h in one.holdings} == {
        slug: catalogue.get(slug, "Seen here.") for slug in (*MISTAKES, "made-up")}
    assert two.holdings == []
    page = class_page(tmp_path, CLASS, links={"bob": "feedback/bob.html"})
    assert_harmless(page)
    assert MISTAKES[0] in page.text and "1 of 4 correct" in " ".join(page.text.split())
    assert f"The most common: {MISTAKES[0]} in 4.1 (2)." in " ".join(page.text.split())
    assert {"href": f"#{LESSON}-4.1"} in page.named("a") and f'id="{LESSON}-4.1"' in page.source
    assert {"href": "feedback/bob.html"} in page.named("a")
    assert any("2 of 4" in attributes.get("aria-label", "") for attributes in page.named("svg"))


def test_the_distribution_of_marks(tmp_path):
    marks = gradebook.build(CLASS).marks()
    assert tally.histogram(marks) == [1, 0, 0, 2, 0, 0, 0, 0, 0, 1], "without whoever has no mark"
    page = class_page(tmp_path, CLASS)
    (label,) = [svg["aria-label"] for svg in page.named("svg") if svg["class"] == "histogram"]
    assert "0 to 10 %: 1, 30 to 40 %: 2, 90 to 100 %: 1" in label
    (figure,) = re.findall(r'<svg class="histogram".*?</svg>', page.source, re.DOTALL)
    heights = [float(h) for h in re.findall(r'class="column"[^>]*height="([\d.]+)"', figure)]
    assert heights == [60, 0, 0, 120, 0, 0, 0, 0, 0, 60]


@given(st.integers(0, 60), st.integers(1, 60))
def test_shares_fall_into_their_bin(points, most):
    points = min(points, most)
    marks = gradebook.build([record("a", points=points, max_points=most)]).marks()
    counts = tally.histogram(marks)
    assert sum(counts) == 1 and counts[min(10 * points // most, 9)] == 1


def test_the_class_page_warns(tmp_path):
    more = [record("zoe", exercise(), isolation="none"), record("z", status="grader error")]
    page = class_page(tmp_path, CLASS + more)
    flat = " ".join(page.text.split())
    assert "1 submission was graded without isolation." in flat and "through no fault of the learner" in flat
    assert "without isolation" not in class_page(tmp_path, CLASS).text


def test_who_is_missing_or_a_stranger(tmp_path):
    page = class_page(tmp_path, CLASS[:2], Roster((Person("ada"), Person("zoe", "Zoë"))))
    rows = [" ".join(row.split()) for row in re.split(r"Learners\n", page.text)[-1].split("\n\n") if row.strip()]
    text = " ".join(rows)
    assert re.search(r"zoe Zoë .*?missing", text) and "bob not on the roster" in text


def test_everything_in_one_folder(tmp_path):
    book = gradebook.build([*CLASS, record("../../evil", exercise()), record("ADA", exercise())])
    files.write(tmp_path / "out", book)
    made = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert all(name.startswith("out/") for name in made) and not [name for name in made if name.endswith(".part")]
    assert {"out/class.html", "out/grades.csv", "out/canvas.csv", "out/moodle.csv", "out/exercises.csv"} <= set(made)
    feedback = [name for name in made if name.startswith("out/feedback/")]
    assert len(feedback) == len({name.casefold() for name in feedback}) == 7
    links = [a["href"] for a in Page(tmp_path / "out" / "class.html").named("a")]
    linked = {link for link in links if not link.startswith("#")}
    assert linked == {name.removeprefix("out/") for name in feedback}
    results = [json.loads((tmp_path / name).read_text()) for name in made if name.endswith("results.json")]
    assert sorted(content["score"] for content in results) == [0, 0, 1, 1, 2, 2, 3]


def test_lessons_without_a_mark_do_not_count(tmp_path):
    records = [record("ada", exercise()), record("ada", status="unreadable", lesson="01_dot_product_attention")]
    assert "2 of 2 points in all" in " ".join(feedback(tmp_path, *records).text.split())


def test_each_status_that_the_grader_gives_has_its_place():
    assert sorted(tally.STATUSES) == sorted(get_args(ResultStatus))
    assert {"graded", *mark.WITHOUT_A_MARK} == {*get_args(RecordStatus), decisions.EXCUSED, mark.UNDECIDED}
