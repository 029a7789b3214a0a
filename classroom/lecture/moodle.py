"""A question bank as Moodle XML: one file, its pictures inside."""
from collections.abc import Sequence
from xml.etree import ElementTree

from course._words import say

from .files import Pictures, indented
from .questions import Question

__all__ = ["written"]


def written(questions: Sequence[Question]) -> bytes:
    """The questions as Moodle XML, by lesson, each with an `idnumber` that stays the same.

    A choice with several right options gives an equal share for each of them and takes the same for each wrong one,
    so that marking everything gives nothing. Open questions are essays; what the lesson answers is there for who grades
    and, afterwards, for who has answered.
    """
    quiz = ElementTree.Element("quiz")
    category, top = None, f"$course$/top/{say('Build a Transformer')}/"
    for question in questions:
        if question.lesson != category:
            category = question.lesson
            heading = ElementTree.SubElement(quiz, "question", type="category")
            _text(ElementTree.SubElement(heading, "category"), top + category.replace("/", "//"))
            _html(heading, "info", "")
        _question(quiz, question)
    return indented(quiz)


def _question(quiz: ElementTree.Element, question: Question) -> None:
    kind = "multichoice" if question.options else "essay"
    element = ElementTree.SubElement(quiz, "question", type=kind)
    _text(ElementTree.SubElement(element, "name"), question.name)
    _html(element, "questiontext", question.text)
    _html(element, "generalfeedback", question.answer)
    _plain(element, defaultgrade="1", penalty="0.3333333", hidden="0", idnumber=question.id)
    if not question.options:
        _plain(element, responseformat="editor", responserequired="1", responsefieldlines="5", attachments="0",
               attachmentsrequired="0")
        _html(element, "graderinfo", question.answer)
        _html(element, "responsetemplate", "")
        return
    _plain(element, single="false" if question.several else "true", shuffleanswers="false", answernumbering="none",
           showstandardinstruction="0")
    for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        _html(element, name, "")
    share = 100 / sum(option.right for option in question.options)
    for option in question.options:
        fraction = share if option.right else -share if question.several else 0
        answer = _html(element, "answer", option.text)
        answer.set("fraction", f"{fraction:.5f}".rstrip("0").rstrip("."))
        _html(answer, "feedback", option.feedback)
    for hint in question.hints:
        _html(element, "hint", hint)


def _plain(parent: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        ElementTree.SubElement(parent, name).text = text


def _text(parent: ElementTree.Element, text: str) -> None:
    ElementTree.SubElement(parent, "text").text = text


def _html(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    """An element with HTML, and with the pictures in it as files."""
    element = ElementTree.SubElement(parent, name, format="html")
    found = Pictures("@@PLUGINFILE@@/")
    _text(element, found.taken_from(text))
    for file, content in found.encoded.items():
        ElementTree.SubElement(element, "file", name=file, path="/", encoding="base64").text = content
    return element
