"""Question banks: read back, each question is the exercise's or the lesson's own, in all three formats."""
import html
import io
import re
import zipfile
from functools import cache
from xml.etree import ElementTree

import pytest

from classroom import exercises
from classroom.judge.choice import same
from classroom.judge.exercise import Choice
from classroom.lecture import bank, cells, moodle, qti12, qti21
from classroom.lecture.questions import Question, questions

NUMBERS = sorted(path.name[:2] for path in (bank.ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))
QTI21 = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
QTI12 = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
PACKAGE = "{http://www.imsglobal.org/xsd/imscp_v1p1}"


@cache
def asked() -> tuple[Question, ...]:
    return tuple(question for lesson in cells.lessons(bank.ROOT, NUMBERS) for question in questions(lesson))


@cache
def choices() -> dict[str, Choice]:
    """The exercises of kind Choice of the lessons that are built, by the id of their question."""
    tasks = [exercises.get(id) for id in exercises.all_ids() if id.split(".")[0].zfill(2) in NUMBERS]
    return {f"choice-{task.id.replace('.', '-')}": task for task in tasks if isinstance(task, Choice)}


@cache
def zipped(write) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(write(asked()))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def words(text: str | ElementTree.Element) -> str:
    """What a reader sees, without marks, so that HTML and the catalogue's Markdown can be compared."""
    if isinstance(text, ElementTree.Element):
        text = "".join(text.itertext())
    else:
        text = html.unescape(re.sub(r"</?[a-z][^>]*>", "", text))
    return "".join(re.sub(r"[*`]|\\\(|\\\)|\$", "", text).split())


def written(option) -> str:
    return words(", ".join(map(str, option)) if isinstance(option, tuple) else str(option))


def expected(task: Choice) -> list[tuple[str, bool, str]]:
    """Text, rightness and explanation of each option, from the exercise."""
    found = []
    for option in task.options:
        if isinstance(task.reference, frozenset):
            right = option in task.reference
            chosen = task.reference | {option}
            says = "" if right else next(text for wrong, text in task.wrong.items() if wrong == chosen)
        else:
            right = same(option, task.reference)
            says = task.moral if right else next(text for wrong, text in task.wrong.items() if same(wrong, option))
        found.append((written(option), right, words(says.replace("<", "&lt;"))))
    return found


@pytest.mark.slow
def test_every_choice_is_asked_and_every_prediction():
    assert {question.id for question in asked() if question.options} == choices().keys()
    predicted = {f"prediction-{lesson.number:02d}-{prediction.cell.id}"
                 for lesson in cells.lessons(bank.ROOT, NUMBERS) for prediction in cells.predictions(lesson.notebook)}
    assert {question.id for question in asked() if not question.options} == predicted
    assert len({question.id for question in asked()}) == len(asked()) > 100
    assert {"choice-1-4", "prediction-01-why-d-k-2"} <= {question.id for question in asked()}, "ids stay"


@pytest.mark.slow
def test_no_prediction_tells_its_answer():
    for question in asked():
        if not question.options:
            result = re.match(r"<pre>(.*?)</pre>", question.answer, re.DOTALL)
            assert "<p>" in question.text and ("?" in words(question.text) or "before you run" in question.text)
            if result and len(words(result[1])) > 12:
                assert words(result[1]) not in words(question.text), question.id


def test_formulas_are_for_mathjax():
    texts = [text for question in asked() for text in (question.text, question.answer, *question.hints)]
    prose = [re.sub(r"<(pre|code)>.*?</\1>", "", text, flags=re.DOTALL) for text in texts]
    assert any(r"\(\sqrt{d_k}\)" in text for text in prose)
    assert not [text for text in prose if "$" in text or "<math" in text]
    assert all(text.count(r"\(") == text.count(r"\)") and text.count(r"\[") == text.count(r"\]") for text in prose)


def test_nothing_speaks_of_the_notebook():
    for question in asked():
        if question.options:
            assert not re.search(r"\b[Ss]et\b \w+ to|\*\*Use\*\*|Set <code>", question.text), question.id
            assert len(words(question.text)) > 40, "it can be understood without the exercise before it"


def test_moodle_reads_back():
    quiz = ElementTree.fromstring(moodle.written(asked()))
    assert quiz.tag == "quiz"
    categories = [element.findtext("category/text") for element in quiz.findall("question[@type='category']")]
    assert categories == [f"$course$/top/Build a Transformer/{title}"
                          for title in dict.fromkeys(question.lesson for question in asked())]
    found = {element.findtext("idnumber"): element for element in quiz if element.get("type") != "category"}
    assert found.keys() == {question.id for question in asked()}
    for id, task in choices().items():
        element = found[id]
        assert element.get("type") == "multichoice" and element.findtext("defaultgrade") == "1"
        answers = [(words(answer.findtext("text")), float(answer.get("fraction")) > 0,
                    words(answer.findtext("feedback/text"))) for answer in element.findall("answer")]
        assert answers == expected(task)
        shares = [float(answer.get("fraction")) for answer in element.findall("answer")]
        assert sum(share for share in shares if share > 0) == pytest.approx(100)
        several = isinstance(task.reference, frozenset)
        assert element.findtext("single") == str(not several).lower() and (min(shares) < 0) == several
        assert [words(hint.findtext("text")) for hint in element.findall("hint")] == [
            words(hint.replace("<", "&lt;")) for hint in task.hints]
    for question in asked():
        element = found[question.id]
        assert None not in [element.find(f"{name}/text") for name in ("name", "questiontext", "generalfeedback")]
        assert element.get("type") == ("multichoice" if question.options else "essay")
        if not question.options:
            assert element.findtext("graderinfo/text") == element.findtext("generalfeedback/text") != ""
        for part in element.iter():                        # a picture stands where it is named
            if "@@PLUGINFILE@@" in (part.findtext("text") or ""):
                named = re.findall(r"@@PLUGINFILE@@/([^\"]+)", part.findtext("text"))
                assert sorted({*named}) == sorted(file.get("name") for file in part.findall("file"))


def test_qti21_reads_back():
    files = zipped(qti21.written)
    manifest = ElementTree.fromstring(files["imsmanifest.xml"])
    listed = {file.get("href") for file in manifest.iter(f"{PACKAGE}file")}
    assert listed == files.keys() - {"imsmanifest.xml"}
    resources = {resource.get("identifier") for resource in manifest.iter(f"{PACKAGE}resource")}
    assert {part.get("identifierref") for part in manifest.iter(f"{PACKAGE}dependency")} == {
        question.id for question in asked()} < resources
    for question in asked():
        item = ElementTree.fromstring(files[f"{question.id}.xml"])
        assert item.tag == f"{QTI21}assessmentItem" and item.get("identifier") == question.id
        assert [item.get(name) for name in ("title", "adaptive", "timeDependent")] == [question.name, "false", "false"]
        assert item[0].tag == f"{QTI21}responseDeclaration" and item[1].tag == f"{QTI21}outcomeDeclaration"
        assert all(image.get("src") in files and files[image.get("src")].startswith(b"\x89PNG")
                   for image in item.iter(f"{QTI21}img"))
        if question.options:
            task = choices()[question.id]
            right = {value.text for value in item.iterfind(f"{QTI21}responseDeclaration/{QTI21}correctResponse/*")}
            says = {part.get("identifier"): words(part) for part in item.findall(f"{QTI21}modalFeedback")}
            assert [(words(part), part.get("identifier") in right, says.get(part.get("identifier"), ""))
                    for part in item.iter(f"{QTI21}simpleChoice")] == expected(task)
            assert item.find(f"{QTI21}responseProcessing") is not None
        else:
            assert len(list(item.iter(f"{QTI21}extendedTextInteraction"))) == 1
            assert words(question.answer) == words(item.find(f".//{QTI21}rubricBlock"))
    tests = [ElementTree.fromstring(files[name]) for name in files if name.startswith("lesson-")]
    assert sum(len(list(test.iter(f"{QTI21}assessmentItemRef"))) for test in tests) == len(asked())


def test_qti12_reads_back():
    files = zipped(qti12.written)
    items = [item for name, content in files.items() if name.startswith("lesson-")
             for item in ElementTree.fromstring(content).iter(f"{QTI12}item")]
    assert {item.get("ident") for item in items} == {question.id for question in asked()}
    kinds = set()
    for item in items:
        fields = {field[0].text: field[1].text for field in item.iter(f"{QTI12}qtimetadatafield")}
        kinds.add(fields["question_type"])
        texts = [text.text for text in item.iter(f"{QTI12}mattext")]
        for name in re.findall(r"\$IMS-CC-FILEBASE\$/([^\"]+)", "".join(texts)):
            assert files[name].startswith(b"\x89PNG")
        if item.get("ident") not in choices():
            continue
        scoring = next(rule for rule in item.iter(f"{QTI12}respcondition") if rule.find(f"{QTI12}setvar") is not None)
        refused = {part.text for part in scoring.findall(f".//{QTI12}not/*")}
        right = {part.text for part in scoring.iter(f"{QTI12}varequal")} - refused
        says = {part.get("ident").removesuffix("_fb"): words(part.findtext(f".//{QTI12}mattext"))
                for part in item.iter(f"{QTI12}itemfeedback")}
        assert [(words(label.findtext(f".//{QTI12}mattext")), label.get("ident") in right,
                 says.get(label.get("ident"), "")) for label in item.iter(f"{QTI12}response_label")] == expected(
            choices()[item.get("ident")])
    assert kinds == {"multiple_choice_question", "multiple_answers_question", "essay_question"}


def test_two_runs_give_the_same_bytes(tmp_path, capsys):
    for folder in ("a", "b"):
        assert bank.main(["--lessons", "1", "12", "--out", str(tmp_path / folder)]) == 0
    assert "3 choices and " in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "a").iterdir()} == bank.FILES.keys()
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in bank.FILES)


def test_an_unknown_lesson_is_named(tmp_path, capsys):
    assert bank.main(["--lessons", "77", "--out", str(tmp_path / "out")]) == 1
    assert "there is no lesson '77'" in capsys.readouterr().err and not (tmp_path / "out").exists()
