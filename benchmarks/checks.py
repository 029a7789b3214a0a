"""Time `check`: how long a learner waits for a verdict, exercise by exercise.

    python benchmarks/checks.py            # a table
    python benchmarks/checks.py --json     # one line of JSON
    python benchmarks/checks.py 1.3 4.3    # these exercises only

Timed is `classroom.evaluate`, which is all of a check but the drawing, after torch and the
exercise have been loaded. Each exercise is asked about its right answers, its catalogued mistakes,
pairs of mistakes made at once, and answers that are wrong in a way that no catalogue knows, which
take longest: every mistake and every pair has to be tried. Every time is the best of `--repeat`
tries, so that a busy machine does less harm; `--cpu` counts computing time only.
"""
import argparse
import itertools
import json
import time

from classroom import evaluate, exercises
from classroom.judge.exercise import Choice, Exercise, combine
from tests import variants
from tools.measure.unknown import scaled_slightly, wrong_in_one_case

LIMITS = {"function": 0.3, "module": 2.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="exercises (default: all)")
    parser.add_argument("--repeat", type=int, default=2, help="tries of which the best counts (default: 2)")
    parser.add_argument("--pairs", type=int, default=6, help="pairs of mistakes for each exercise (default: 6)")
    parser.add_argument("--cpu", action="store_true", help="computing time, for a machine that does other things, too")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    rows = [measure(exercises.get(id), options) for id in options.ids or exercises.all_ids()]
    result = {
        "exercises": {row.pop("id"): row for row in rows},
        "slowest_function": max((slowest(row) for row in rows if row["kind"] == "function"), default=None),
        "slowest_module": max((slowest(row) for row in rows if row["kind"] == "module"), default=None),
        "limits": LIMITS,
        "clock": "cpu" if options.cpu else "wall",
        "too_slow": sum(slowest(row) > LIMITS[row["kind"]] for row in rows),
    }
    if options.json:
        print(json.dumps(result))
        return
    print(f"{'':6} {'kind':9} {'right':>7} {'mistake':>8} {'pair':>7} {'unknown':>8}   seconds, the slowest of each")
    for id, row in result["exercises"].items():
        mark = "  too slow" if slowest(row) > LIMITS[row["kind"]] else ""
        print(f"{id:6} {row['kind']:9} {row['right']:7.3f} {row['mistake']:8.3f} {row['pair']:7.3f} "
              f"{row['unknown']:8.3f}{mark}")


def measure(task, options: argparse.Namespace) -> dict:
    """The slowest answer of each kind, in seconds."""
    right = [task.reference, *variants.of(task.id)]
    wrong = list(task.wrong) if isinstance(task, Choice) else [mistake.wrong for mistake in task.misconceptions]
    both, unknown = [], []
    if isinstance(task, Exercise):
        pairs = (combine(a, b) for a, b in itertools.combinations(task.misconceptions, 2))
        both = list(itertools.islice(filter(None, pairs), 0, None, 5))[:options.pairs]
        unknown = [scaled_slightly(task), wrong_in_one_case(task)]
    evaluate(task.id, task.reference)                       # loads what is loaded once

    def of(answers) -> float:
        clock = time.process_time if options.cpu else time.perf_counter
        times = (min(seconds(task.id, answer, clock) for _ in range(options.repeat)) for answer in answers)
        return round(max(times, default=0.0), 4)

    kind = "module" if hasattr(getattr(task, "probe", None), "prepare") else "function"
    return {"id": task.id, "kind": kind, "right": of(right), "mistake": of(wrong), "pair": of(both),
            "unknown": of(unknown)}


def slowest(row: dict) -> float:
    return max(row[name] for name in ("right", "mistake", "pair", "unknown"))


def seconds(id: str, answer, clock) -> float:
    started = clock()
    evaluate(id, answer)
    return clock() - started


if __name__ == "__main__":
    main()
