"""Is a right answer ever refused, or a mistake accepted or called by another name? Tried on many random cases.

    python -m tools.measure.seeds                     # 200 seeds, every exercise, every right answer
    python -m tools.measure.seeds --seeds 20 1.3 4.3  # fewer, of two exercises
    python -m tools.measure.seeds --in-turn           # with each seed the next answer, not all of them
    python -m tools.measure.seeds --mistakes          # the known mistakes

Prints one line for each exercise, and what was said where it should not have been. Fails if there is such a case.
"""
import argparse
import sys
from collections.abc import Iterator
from typing import Any

from tqdm import tqdm

from classroom import evaluate, exercises
from classroom.judge.exercise import Exercise
from classroom.judge.verdict import Verdict
from tests import variants


def refusals(task: Exercise, seeds: range, in_turn: bool = False) -> tuple[int, list[str]]:
    """How many trials there were, and what was said where a right answer was refused."""
    answers = [(f"right answer {n}", answer) for n, answer in enumerate([task.reference, *variants.of(task.id)])]
    tried = list(_tried(task, answers, seeds, in_turn))
    return len(tried), [text for _, verdict, text in tried if verdict.status != "correct"]


def misnamed(task: Exercise, seeds: range, in_turn: bool = False) -> tuple[int, list[str]]:
    """How many trials there were, and what was said where a known mistake was accepted or got another name."""
    answers = [(mistake.slug, mistake.wrong) for mistake in task.misconceptions]
    tried = list(_tried(task, answers, seeds, in_turn))
    return len(tried), [text for slug, verdict, text in tried
                        if verdict.status == "correct" or verdict.mistake != slug]


def _tried(task: Exercise, answers: list[tuple[str, Any]], seeds: range,
           in_turn: bool) -> Iterator[tuple[str, Verdict, str]]:
    for seed in seeds:
        for name, answer in [answers[seed % len(answers)]] if in_turn and answers else answers:
            verdict = evaluate(task.id, answer, seed=seed)
            said = f"{verdict.status} {verdict.mistakes} {verdict.message}"
            yield name, verdict, f"{task.id}, {name}, seed {seed}: {said}"


def main(arguments: list[str] | None = None) -> None:
    """Try the answers on the seeds asked for; end with an error if one was judged as it should not be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="exercises (default: all)")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1000, help="the first seed (default: 1000)")
    parser.add_argument("--in-turn", action="store_true", help="with each seed only one of the answers")
    parser.add_argument("--mistakes", action="store_true", help="the known mistakes instead of the right answers")
    options = parser.parse_args(arguments)
    examine, what = (misnamed, "accepted or misnamed") if options.mistakes else (refusals, "refused")
    failed = 0
    for id in tqdm(options.ids or exercises.all_ids(), unit="exercise", disable=None):
        seeds = range(options.first, options.first + options.seeds)
        trials, found = examine(exercises.get(id), seeds, options.in_turn)
        failed += len(found)
        tqdm.write(f"{id:6} {options.seeds} seeds, {trials} trials, {len(found)} {what}")
        for text in found[:3]:
            tqdm.write(f"    {text}", file=sys.stderr)
    sys.exit(f"{failed} answers were {what}" if failed else 0)


if __name__ == "__main__":
    main()
