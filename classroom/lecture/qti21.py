"""A question bank as a package of QTI 2.1: a file for each question, a test for each lesson, pictures, a manifest."""
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from .files import Pictures, archive, indented
from .questions import Question

__all__ = ["written"]

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"


def written(questions: Sequence[Question]) -> bytes:
    """The questions as a zip that follows QTI 2.1.

    What is said to a choice is modal feedback on the outcome FEEDBACK, which is the response itself. The score is 1 for
    exactly the right options, and else 0. Open questions are extended texts, with the lesson's answer in a rubric for
    scorers and tutors.
    """
    pictures = Pictures("images/")
    files: dict[str, bytes] = {}
    resources: list[tuple[str, str, str, list[str]]] = []
    lessons: dict[str, list[Question]] = {}
    for question in questions:
        own = Pictures("images/")
        files[f"{question.id}.xml"] = _item(question, own)
        pictures.encoded |= own.encoded
        resources.append((question.id, "imsqti_item_xmlv2p1", f"{question.id}.xml",
                          [f"images/{name}" for name in own.encoded]))
        lessons.setdefault(question.lesson, []).append(question)
    for lesson, members in lessons.items():
        name = f"lesson-{members[0].id.split('-')[1].zfill(2)}"
        files[f"{name}.xml"] = _test(name, lesson, members)
        resources.append((name, "imsqti_test_xmlv2p1", f"{name}.xml", []))
    files |= {f"images/{name}": content for name, content in pictures.files().items()}
    files["imsmanifest.xml"] = _manifest(resources, {lesson: [q.id for q in members]
                                                     for lesson, members in lessons.items()})
    return archive(files)


def _item(question: Question, pictures: Pictures) -> bytes:
    several = "multiple" if question.several else "single"
    item = Element("assessmentItem", {
        "xmlns": _QTI, "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": f"{_QTI} {_QTI}.xsd", "identifier": question.id, "title": question.name,
        "adaptive": "false", "timeDependent": "false"})
    response = SubElement(item, "responseDeclaration", identifier="RESPONSE", cardinality=several,
                          baseType="identifier" if question.options else "string")
    if question.options:
        right = SubElement(response, "correctResponse")
        for option in question.options:
            if option.right:
                SubElement(right, "value").text = option.name
    score = SubElement(item, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    SubElement(SubElement(score, "defaultValue"), "value").text = "0"
    if question.options:
        SubElement(item, "outcomeDeclaration", identifier="FEEDBACK", cardinality=several, baseType="identifier")
    body = SubElement(item, "itemBody")
    _fill(body, question.text, pictures)
    if not question.options:
        if question.answer:
            _fill(SubElement(body, "rubricBlock", view="scorer tutor"), question.answer, pictures)
        SubElement(body, "extendedTextInteraction", responseIdentifier="RESPONSE", expectedLines="5")
        return indented(item)
    offered = SubElement(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false",
                         maxChoices="0" if question.several else "1")
    for option in question.options:
        _fill(SubElement(offered, "simpleChoice", identifier=option.name), option.text, pictures)
    rules = SubElement(item, "responseProcessing")
    condition = SubElement(rules, "responseCondition")
    met = SubElement(condition, "responseIf")
    match = SubElement(met, "match")
    SubElement(match, "variable", identifier="RESPONSE")
    SubElement(match, "correct", identifier="RESPONSE")
    SubElement(SubElement(met, "setOutcomeValue", identifier="SCORE"), "baseValue", baseType="float").text = "1"
    SubElement(SubElement(rules, "setOutcomeValue", identifier="FEEDBACK"), "variable", identifier="RESPONSE")
    for option in question.options:
        if option.feedback:
            _fill(SubElement(item, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=option.name,
                             showHide="show"), option.feedback, pictures)
    return indented(item)


def _test(name: str, title: str, questions: Sequence[Question]) -> bytes:
    test = Element("assessmentTest", {"xmlns": _QTI, "identifier": name, "title": title})
    part = SubElement(test, "testPart", identifier=f"{name}-part", navigationMode="nonlinear",
                      submissionMode="individual")
    section = SubElement(part, "assessmentSection", identifier=f"{name}-section", title=title, visible="true")
    for question in questions:
        SubElement(section, "assessmentItemRef", identifier=question.id, href=f"{question.id}.xml")
    return indented(test)


def _manifest(resources: list[tuple[str, str, str, list[str]]], members: dict[str, list[str]]) -> bytes:
    manifest = Element("manifest", {"xmlns": _PACKAGE, "identifier": "build-a-transformer"})
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "QTIv2.1 Package"
    SubElement(metadata, "schemaversion").text = "1.0.0"
    SubElement(manifest, "organizations")
    listed = SubElement(manifest, "resources")
    tests = iter(members.values())
    for identifier, kind, href, images in resources:
        resource = SubElement(listed, "resource", identifier=identifier, type=kind, href=href)
        for file in (href, *images):
            SubElement(resource, "file", href=file)
        for other in next(tests) if "test" in kind else ():
            SubElement(resource, "dependency", identifierref=other)
    return indented(manifest)


def _fill(element: Element, html: str, pictures: Pictures) -> None:
    """Put HTML, which is well-formed XML, into an element; all of it is of QTI's own namespace."""
    made = ElementTree.fromstring(f"<div>{pictures.taken_from(html)}</div>")
    element.text = made.text
    element.extend(made)
