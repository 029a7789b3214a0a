"""A question bank as a package of QTI 1.2, as Canvas imports it into its classic quizzes and question banks."""
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from .files import Pictures, archive, indented
from .questions import Question

__all__ = ["written"]

_QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"


def written(questions: Sequence[Question]) -> bytes:
    """The questions as a zip for Canvas: a quiz for each lesson, a comment for each choice."""
    pictures = Pictures("$IMS-CC-FILEBASE$/images/")
    lessons: dict[str, list[Question]] = {}
    for question in questions:
        lessons.setdefault(question.lesson, []).append(question)
    files = {}
    for title, members in lessons.items():
        name = f"lesson-{members[0].id.split('-')[1].zfill(2)}"
        root = Element("questestinterop", {"xmlns": _QTI})
        assessment = SubElement(root, "assessment", ident=name, title=title)
        section = SubElement(assessment, "section", ident="root_section")
        for question in members:
            _item(section, question, pictures)
        files[f"{name}/{name}.xml"] = indented(root)
    names = sorted(files)
    files |= {f"images/{name}": content for name, content in pictures.files().items()}
    files["imsmanifest.xml"] = _manifest(names, [f"images/{name}" for name in sorted(pictures.encoded)])
    return archive(files)


def _item(section: Element, question: Question, pictures: Pictures) -> None:
    kind = ("multiple_answers_question" if question.several else "multiple_choice_question" if question.options
            else "essay_question")
    item = SubElement(section, "item", ident=question.id, title=question.name)
    fields = SubElement(SubElement(item, "itemmetadata"), "qtimetadata")
    for label, entry in {"question_type": kind, "points_possible": "1",
                         "assessment_question_identifierref": question.id}.items():
        field = SubElement(fields, "qtimetadatafield")
        SubElement(field, "fieldlabel").text = label
        SubElement(field, "fieldentry").text = entry
    presentation = SubElement(item, "presentation")
    _html(presentation, question.text, pictures)
    several = "Multiple" if question.several else "Single"
    if question.options:
        response = SubElement(presentation, "response_lid", ident="response1", rcardinality=several)
        offered = SubElement(response, "render_choice")
        for option in question.options:
            _html(SubElement(offered, "response_label", ident=option.name), option.text, pictures)
    else:
        response = SubElement(presentation, "response_str", ident="response1", rcardinality="Single")
        SubElement(SubElement(response, "render_fib"), "response_label", ident="answer1", rshuffle="No")
    _processing(item, question)
    for option in question.options:
        if option.feedback:
            _feedback(item, f"{option.name}_fb", option.feedback, pictures)
    if question.answer:
        _feedback(item, "general_fb", question.answer, pictures)


def _processing(item: Element, question: Question) -> None:
    rules = SubElement(item, "resprocessing")
    SubElement(SubElement(rules, "outcomes"), "decvar", maxvalue="100", minvalue="0", varname="SCORE",
               vartype="Decimal")
    if question.answer:
        condition = SubElement(rules, "respcondition", {"continue": "Yes"})
        SubElement(SubElement(condition, "conditionvar"), "other")
        SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid="general_fb")
    if not question.options:
        condition = SubElement(rules, "respcondition", {"continue": "No"})
        SubElement(SubElement(condition, "conditionvar"), "other")
        return
    for option in question.options:
        if option.feedback:
            condition = SubElement(rules, "respcondition", {"continue": "Yes"})
            SubElement(SubElement(condition, "conditionvar"), "varequal", respident="response1").text = option.name
            SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=f"{option.name}_fb")
    condition = SubElement(rules, "respcondition", {"continue": "No"})
    wanted = SubElement(condition, "conditionvar")
    together = SubElement(wanted, "and") if question.several else wanted
    for option in question.options:
        if option.right:
            SubElement(together, "varequal", respident="response1").text = option.name
        elif question.several:
            SubElement(SubElement(together, "not"), "varequal", respident="response1").text = option.name
    SubElement(condition, "setvar", action="Set", varname="SCORE").text = "100"


def _feedback(item: Element, name: str, html: str, pictures: Pictures) -> None:
    _html(SubElement(SubElement(item, "itemfeedback", ident=name), "flow_mat"), html, pictures)


def _html(parent: Element, html: str, pictures: Pictures) -> None:
    text = SubElement(SubElement(parent, "material"), "mattext", texttype="text/html")
    text.text = pictures.taken_from(html)


def _manifest(names: list[str], images: list[str]) -> bytes:
    manifest = Element("manifest", {"xmlns": _PACKAGE, "identifier": "build-a-transformer"})
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "IMS Content"
    SubElement(metadata, "schemaversion").text = "1.1.3"
    SubElement(manifest, "organizations")
    listed = SubElement(manifest, "resources")
    for name in names:
        resource = SubElement(listed, "resource", identifier=name.split("/")[0], type="imsqti_xmlv1p2", href=name)
        SubElement(resource, "file", href=name)
    for n, name in enumerate(images):
        resource = SubElement(listed, "resource", identifier=f"image-{n}", type="webcontent", href=name)
        SubElement(resource, "file", href=name)
    return indented(manifest)
