"""Is a right answer ever refused? `python -m course.checks.seeds --seeds 200` tries them on many random cases.

    python -m course.checks.seeds                     # 200 seeds, every exercise, every right answer
    python -m course.checks.seeds --seeds 20 1.3 4.3  # fewer, of two exercises
    python -m course.checks.seeds --in-turn           # with each seed the next right answer, not all of them

Prints one line for each exercise, and the message of every refusal. Fails if there is one.
"""
import argparse
import sys

from tqdm import tqdm

from . import exercises
from .engine import evaluate
from .exercise import Exercise


def refusals(task: Exercise, seeds: range, in_turn: bool = False) -> tuple[int, list[str]]:
    """How many trials there were, and what was said where a right answer was refused."""
    answers = [task.reference, *task.valid_variants]
    trials, refused = 0, []
    for seed in seeds:
        for n in [seed % len(answers)] if in_turn else range(len(answers)):
            verdict = evaluate(task.id, answers[n], seed=seed)
            trials += 1
            if verdict.status != "correct":
                refused.append(f"{task.id}, right answer {n}, seed {seed}: {verdict.mistakes} {verdict.message}")
    return trials, refused


def main() -> None:
    """Try the right answers on the seeds asked for; end with an error if one was refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="exercises (default: all)")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1000, help="the first seed (default: 1000)")
    parser.add_argument("--in-turn", action="store_true", help="with each seed only one of the right answers")
    options = parser.parse_args()
    failed = 0
    for id in tqdm(options.ids or exercises.all_ids(), unit="exercise", disable=None):
        seeds = range(options.first, options.first + options.seeds)
        trials, refused = refusals(exercises.get(id), seeds, options.in_turn)
        failed += len(refused)
        tqdm.write(f"{id:6} {options.seeds} seeds, {trials} trials, {len(refused)} refused")
        for text in refused[:3]:
            tqdm.write(f"    {text}", file=sys.stderr)
    sys.exit(f"{failed} right answers were refused" if failed else 0)


if __name__ == "__main__":
    main()
