"""Every exercise of the course against its own catalogue. A new exercise is covered without a line here."""
import dataclasses
import re

import numpy as np
import pytest

from classroom import evaluate, exercises
from classroom.ask import limits
from classroom.ask.outcome import ask, bare
from classroom.build import ROOT
from classroom.judge.exercise import Choice, Exercise, TestTask
from tests import variants
from tools.measure import report

TASKS = [exercises.get(id) for id in exercises.all_ids()]
VALUES = [task for task in TASKS if isinstance(task, Exercise)]
SEEDS = (None, 1)
QUICK = 3                  # of the known mistakes of an exercise, as many are tried by `make quick`, spread over all


def each(tasks):
    return pytest.mark.parametrize("task", tasks, ids=lambda task: task.id)


@pytest.mark.slow
@each(TASKS)
def test_the_reference_is_right(task):
    for seed in SEEDS:
        verdict = evaluate(task.id, task.reference, seed=seed)
        assert (verdict.status, verdict.points, verdict.mistake) == ("correct", task.points, None), verdict.message


@pytest.mark.slow
@each(TASKS)
def test_what_the_lessons_fall_back_on_is_right(task):
    verdict = evaluate(task.id, task.fallback())
    assert verdict.status == "correct", verdict.message


@pytest.mark.slow
@each([task for task in TASKS if callable(task.reference)])
def test_the_source_that_is_shown_is_right(task):
    """It is shown without its module, and runs with the names that its module has."""
    import sys
    namespace = dict(vars(sys.modules[task.reference.__module__]))
    exec(compile(task.source(), "<solution>", "exec"), namespace)
    verdict = evaluate(task.id, namespace[task.reference.__name__])
    assert verdict.status == "correct", verdict.message


@pytest.mark.slow
@each(TASKS)
def test_valid_variants_are_right(task):
    for n, variant in enumerate(variants.of(task.id)):
        verdict = evaluate(task.id, variant)
        assert verdict.status == "correct", f"variant {n}: {verdict.message}"


@pytest.mark.slow
@each([task for task in TASKS if not isinstance(task, Choice)])
def test_some_mistakes_are_refused_and_named(task):
    """All of them are tried where the published figures are measured, on two seeds."""
    every = max(1, len(task.misconceptions) // QUICK)
    assert not _astray(task, task.misconceptions[::every], seed=None)


def _astray(task, mistakes, seed):
    """Those that are accepted, called by another name, or told the solution: the slug, and what was said."""
    found = []
    for mistake in mistakes:
        verdict = evaluate(task.id, mistake.wrong, seed=seed)
        refused = verdict.status in ("wrong", "error") and verdict.points == 0
        told = report.tells_the_solution(task, verdict.message)
        if not refused or verdict.mistake != mistake.slug or told:
            found.append((mistake.slug, verdict.status, verdict.mistakes, told, verdict.message))
    return found


@pytest.mark.parametrize("task", [t for t in TASKS if isinstance(t, Choice)], ids=lambda task: task.id)
def test_every_option_has_its_own_explanation(task):
    messages = [evaluate(task.id, option).message for option in task.wrong]
    assert len(messages) >= 2 and all(len(message) > 40 for message in messages)
    assert all(evaluate(task.id, option).status == "wrong" for option in task.wrong)
    assert evaluate(task.id, "something else entirely").mistake == "no-such-option"
    assert evaluate(task.id, lambda: task.reference).status == "correct"


@each(TASKS)
def test_stubs_are_not_attempts(task):
    def raises(*args, **kwargs):
        raise NotImplementedError

    def empty(*args, **kwargs):
        """Only a docstring."""

    def dots(*args, **kwargs):
        ...

    for stub in (raises, empty, dots, None, ...):
        verdict = evaluate(task.id, stub)
        assert (verdict.status, verdict.points) == ("not attempted", 0), verdict.message


@pytest.mark.slow
@each(TASKS)
def test_the_data_of_an_exercise_is_complete(task):
    assert re.fullmatch(r"\d+\.\d+", task.id) and task.names and task.title
    assert task.points >= 1 and task.minutes >= 1 and task.difficulty in (1, 2, 3)
    assert len(task.hints) == 3 and all(len(hint) > 20 for hint in task.hints)
    assert task.source() and task.source() not in "\n".join(task.hints)
    if not isinstance(task, Choice):
        assert len(task.misconceptions) >= 5
    if isinstance(task, Exercise):
        assert all(m.says and m.why and m.look for m in task.misconceptions)


@pytest.mark.slow
@each(VALUES)
def test_cases_differ_and_their_expected_values_are_finite(task):
    for seed in range(2):
        cases = list(task.cases(np.random.default_rng(seed)))
        assert len({case.about for case in cases}) == len(cases) >= 3
        with limits.undisturbed():
            for case in cases:
                outcome = ask(task, task.reference, case, bare)
                assert outcome.returned and not outcome.changed, (case.about, outcome.error, outcome.problem)
                assert all(np.isfinite(np.asarray(v, dtype=float)).all() for v in outcome.values.values())


@pytest.mark.slow
@each(TASKS)
def test_no_right_answer_is_refused_on_a_seed_of_its_own(task):
    """On five seeds all of them are tried where the published figures are measured, on 200 by `tools.measure.seeds`."""
    for seed, answer in enumerate([task.reference, task.fallback(), *variants.of(task.id)], 100):
        verdict = evaluate(task.id, answer, seed=seed)
        assert verdict.status == "correct", f"answer {seed - 100}, seed {seed}: {verdict.message}"


ONES = dict(zip("一二三四五六七八九", "one two three four five six seven eight nine".split(), strict=True))
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty".split()


def in_words(n: int) -> tuple[str, str]:
    """A number from 1 to 59 in English and in Chinese."""
    tens, ones = divmod(n, 10)
    one, chinese = list(ONES.values())[ones - 1] if ones else "", list(ONES)[ones - 1] if ones else ""
    english = one if not tens else TEENS[ones] if tens == 1 else "-".join(filter(None, (TENS[tens - 2], one)))
    return english, (list(ONES)[tens - 1] if tens > 1 else "") + "十" * (tens > 0) + chinese


def test_numbers_in_words():
    assert [in_words(n) for n in (4, 10, 13, 20, 23)] == [
        ("four", "四"), ("ten", "十"), ("thirteen", "十三"), ("twenty", "二十"), ("twenty-three", "二十三")]


@each([task for task in TASKS if isinstance(task, TestTask)])
def test_a_lesson_says_how_many_implementations_its_learners_test_meets(task):
    lesson = f"{int(task.id.partition('.')[0]):02}_*"
    [english], [chinese] = ([path.read_text(encoding="utf-8") for path in (ROOT / folder).glob(lesson + end)]
                            for folder, end in (("solutions", ".py"), ("solutions/zh", ".md")))
    for text, heading, words in ((english, f"### Exercise {task.id} ·", 0), (chinese, f"### 练习 {task.id} ·", 1)):
        box = text.partition(heading)[2].partition("# %%" if not words else "<!-- cell")[0]
        for number in (len(task.right), len(task.buggy)):
            said = in_words(number)[words]
            before, after = ("[二三四五十]", "[一二三四五六七八九十]") if words else (r"[-\w]", r"[-\w]")
            alone = f"(?<!{before}){said}(?!{after})"
            assert re.search(alone, box), (task.id, said)


def test_exercises_are_data():
    assert all(dataclasses.is_dataclass(task) for task in TASKS)
    assert exercises.all_ids() == sorted(exercises.all_ids(), key=lambda id: [int(part) for part in id.split(".")])
    assert {"1.1", "1.2", "1.3", "4.1", "4.2", "4.3"} <= set(exercises.all_ids())
