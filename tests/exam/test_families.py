"""The families: enough variants, all of them different in values, none of them the published one; texts that decide."""
from pathlib import Path

import numpy as np
import pytest

from classroom.app import main
from classroom.exam import tables
from classroom.exam.families import FAMILIES
from classroom.exam.trying import as_in_exams
from classroom.exam.values import all_differ, equal, idle, values
from classroom.judge import judgement
from tests.variants import sheets
from tests.variants.sheets.published import PUBLISHED

EACH = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)


def test_there_are_eight():
    assert len(FAMILIES) >= 8 and len({family.name for family in FAMILIES.values()}) == len(FAMILIES)


@EACH
def test_at_least_sixty_variants_equally_hard_and_none_is_the_lessons(family):
    assert len(family.variants) >= 60
    assert {family.number_turned(variant) for variant in family.variants} == {family.turned}
    assert family.usual not in family.variants
    assert len({tuple(variant.items()) for variant in family.variants}) == len(family.variants)


@EACH
def test_any_two_variants_differ_in_values_and_no_turned_switch_is_idle(family):
    """So that all of them are equally hard: a switch that makes no difference would be one less to think of."""
    assert all_differ(family, seed=3)
    assert idle(family, seed=3) == []


@EACH
def test_the_usual_options_are_what_the_lessons_solution_does(family):
    cases = list(family.cases(np.random.default_rng(5)))
    assert equal(returned(PUBLISHED[family.key], cases), values(family, family.usual, cases), within=1e-6)


@EACH
def test_a_sheet_states_each_convention_in_a_sentence_of_its_own(family):
    sentences = [sentence for switch in family.switches for sentence in switch.options.values()]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence[-1] == "." and len(sentence) > 6 for sentence in sentences)
    texts = {tuple(family.conventions(variant)) for variant in family.variants}
    assert len(texts) == len(family.variants), "different variants have different texts"
    assert {len(text) for text in texts} == {len(family.switches)}
    assert family.name in family.text and family.call.startswith(f"{family.name}(")
    assert list(family.takes) == [name.strip() for name in family.call[len(family.name) + 1:-1].split(",")]
    compile(family.stub(), "<stub>", "exec")


@EACH
def test_right_published_and_nearly_right_are_told_apart(family):
    """A few variants; `any two differ` covers the rest."""
    cases = list(family.cases(np.random.default_rng(5)))
    for number in (0, len(family.variants) // 2):
        variant = family.variants[number]
        exercise, right, usual = family.exercise(variant), family.reference(variant), family.reference(family.usual)
        with judgement.remembering():
            assert judgement.judge(exercise, lambda *given, f=right: f(*given), seed=5).status == "correct"
            assert judgement.judge(exercise, lambda *given, f=usual: f(*given), seed=5).status == "wrong"
            for switch in family.switches[number % 2::2]:
                other = next(option for option in switch.options if option != variant[switch.name])
                near = family.reference({**variant, switch.name: other})
                if equal(values(family, {**variant, switch.name: other}, cases), values(family, variant, cases)):
                    continue                            # under these conventions it changes nothing
                verdict = judgement.judge(exercise, lambda *given, f=near: f(*given), seed=5)
                assert verdict.mistake == f"switch-{switch.name}-{other}", verdict.message
                assert switch.options[variant[switch.name]] in verdict.message
            for mistake in family.mistakes:
                if equal(values(family, {**variant, **mistake.how}, cases), values(family, variant, cases)):
                    continue
                verdict = judgement.judge(exercise, lambda *given, f=right, how=mistake.how: f(*given, **how), seed=5)
                assert verdict.status == "wrong" and verdict.mistakes, mistake.slug


@EACH
def test_the_text_is_enough_to_write_another_function(family):
    """One in loops and one with PyTorch are right on all variants."""
    cases = list(family.cases(np.random.default_rng(8)))[:2]
    for variant in family.variants:
        right = values(family, variant, cases)
        for style in ("number by number, in loops", "with PyTorch"):
            assert equal(returned(sheets.answer(family, variant, style), cases), right, within=1e-6), (style, variant)


@EACH
def test_right_answers_are_right_in_every_style(family):
    """`tools/measure/exams.py` does it for a thousand sheets."""
    assert len(sheets.STYLES) >= 5
    variant = family.variants[len(family.key)]
    exercise = family.exercise(variant)
    with judgement.remembering():
        for style in sheets.STYLES:
            answer, cases = sheets.answer(family, variant, style), list(exercise.cases(np.random.default_rng(8)))
            verdict = as_in_exams(exercise, answer, cases, judgement.judge(exercise, answer, seed=8))
            assert (verdict.status, verdict.points) == ("correct", family.points), (style, verdict.message)


def test_the_table_of_conventions_is_up_to_date(capsys):
    page = Path(__file__).parents[2] / "docs" / "exam_switches.md"
    assert main(["exam", "tasks", "--switches"]) == 0
    assert page.read_text(encoding="utf-8") == capsys.readouterr().out == tables.switches(), \
        "python -m classroom exam tasks --switches > docs/exam_switches.md"


def test_the_guides_numbers_of_variants():
    guide = (Path(__file__).parents[2] / "docs" / "exams.md").read_text(encoding="utf-8")
    many = [len(family.variants) for family in FAMILIES.values()]
    assert f"A task has {min(many)} to {max(many)} variants" in guide
    same = np.mean([1 / n for n in many])
    near = np.mean([np.mean([family.apart(variant, n) == 1 for variant in family.variants
                             for n in range(len(family.variants))]) for family in FAMILIES.values()])
    assert 1 / 80 < same < 1 / 70 and round(100 * near) == 2 and 27 < 1 / (same + near) < 29
    for learners, others in ((10, 0.1), (30, 0.4), (100, 1.3), (300, 4)):
        assert f"| {learners} | {others} |" in guide and abs((learners - 1) * same - others) < 0.1 * others + 0.05


def returned(answer, cases) -> list:
    """All arrays that an answer returns, in order."""
    found = []
    for case in cases:
        got = answer(*case.inputs.values())
        found += [np.asarray(part, float) for part in (got if isinstance(got, tuple) else (got,))]
    return found


@EACH
def test_single_precision_makes_nothing_right(family):
    variant, other = family.variants[1], family.variants[len(family.variants) // 2]
    exercise, cases = family.exercise(variant), list(family.cases(np.random.default_rng(8)))
    answer = sheets.answer(family, other, "in single precision")
    verdict = as_in_exams(exercise, answer, cases, judgement.judge(exercise, answer, seed=8))
    assert verdict.status == "wrong" and verdict.points == 0
