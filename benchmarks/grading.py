"""Time our grader against nbgrader's on the same notebook, and watch the memory over 1,000 submissions.

    python benchmarks/grading.py            # a table
    python benchmarks/grading.py --json     # one line of JSON

Both grade the solution of a lesson, handed in by learners of different names, and both have to give
full marks. Ours runs as `python -m classroom grade` does, confined as far as `--isolation` demands, with
start-up, results file and all. nbgrader's is `nbgrader autograde`, with start-up too, on fewer
submissions since each takes seconds. `ratio` is how many submissions ours grades in the time of one of theirs.

`cpu_seconds_each` and `cpu_ratio` compare computing time, children's included, which a busy machine changes less.

Memory is what all of our processes hold together, shared pages counted once (PSS, from Linux's /proc),
as a mean around the 100th submission and over the last hundred.
"""
import argparse
import collections
import csv
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lesson", default="01", help="which lesson's solution is graded (default: 01)")
    parser.add_argument("--submissions", type=int, default=1000, help="for ours (default: 1000)")
    parser.add_argument("--nbgrader", type=int, default=3, help="submissions for nbgrader (default: 3)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="for ours (default: all cores)")
    parser.add_argument("--isolation", default="full", choices=("none", "partial", "full"), help="default: full")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    (notebook,) = (ROOT / "solutions").glob(f"{int(options.lesson):02d}_*.ipynb")

    with tempfile.TemporaryDirectory(prefix="course-benchmark-") as folder:
        theirs, their_cpu = nbgrader_seconds(notebook, Path(folder) / "nbgrader", options.nbgrader)
        ours = measure_ours(notebook, Path(folder) / "ours", options)
    result = {
        "ratio": round(theirs * ours["per_second"], 1), **ours, "nbgrader_seconds_each": round(theirs, 2),
        "nbgrader_cpu_seconds_each": round(their_cpu, 2), "cpu_ratio": round(their_cpu / ours["cpu_seconds_each"], 1),
        "lesson": notebook.stem, "submissions": options.submissions, "nbgrader_submissions": options.nbgrader,
        "workers": options.workers, "cores": os.cpu_count(),
    }
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:24} {value}")


def measure_ours(notebook: Path, folder: Path, options: argparse.Namespace) -> dict:
    """Throughput, levels of isolation and memory."""
    from classroom.grade import batch
    from classroom.grade.read.submissions import find

    worked_on = json.loads(notebook.read_text(encoding="utf-8"))      # the course's own notebook is nobody's work
    worked_on["cells"].append({"cell_type": "code", "id": "own", "metadata": {}, "source": "# worked on", "outputs": [],
                               "execution_count": None})
    for n in range(options.submissions):
        (folder / "submitted" / f"learner{n:04d}").mkdir(parents=True)
        (folder / "submitted" / f"learner{n:04d}" / notebook.name).write_text(json.dumps(worked_on), encoding="utf-8")
    results = folder / "results.jsonl"
    samples: list[tuple[int, float]] = []
    finished = threading.Event()
    watch = threading.Thread(target=sample, args=(results, samples, finished))
    watch.start()
    start, cpu = time.perf_counter(), computing()
    try:
        records = batch.grade_all(find(folder / "submitted"), results, workers=options.workers,
                                  isolation=options.isolation, progress=not options.json)
    finally:
        seconds = time.perf_counter() - start
        finished.set()
        watch.join()
    not_full = [record for record in records if record["points"] != record["max_points"] or not record["points"]]
    if len(records) != options.submissions or not_full:
        sys.exit(f"{len(records)} records, {len(not_full)} without full marks: {not_full[:1]}")
    early = [held for done, held in samples if 50 <= done < 150]
    late = [held for done, held in samples if done >= max(50, options.submissions - 100)]
    return {
        "per_second": round(options.submissions / seconds, 1),
        "cpu_seconds_each": round((computing() - cpu) / options.submissions, 4),
        "isolation": dict(collections.Counter(record["isolation"] for record in records)),
        "memory_mb_at_100": round(statistics.mean(early), 1) if early else None,
        "memory_mb_at_end": round(statistics.mean(late), 1) if late else None,
    }


def nbgrader_seconds(notebook: Path, folder: Path, submissions: int) -> tuple[float, float]:
    """Seconds and computing seconds of `nbgrader autograde` for one submission, checked to be full marks."""
    (folder / "source" / "lesson").mkdir(parents=True)
    shutil.copy(notebook, folder / "source" / "lesson" / "lesson.ipynb")
    shutil.copy(ROOT / "docs" / "nbgrader_config.py", folder)
    for n in range(submissions):
        (folder / "submitted" / f"learner{n}" / "lesson").mkdir(parents=True)
        shutil.copy(notebook, folder / "submitted" / f"learner{n}" / "lesson" / "lesson.ipynb")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        "COURSE_STATE": str(folder / "state"), "HOME": str(folder),
    }

    def run(*command: str) -> None:
        done = subprocess.run([sys.executable, "-W", "ignore", "-m", "nbgrader", *command], cwd=folder,
                              env=environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"nbgrader {' '.join(command)} failed:\n{done.stderr[-2000:]}")

    run("generate_assignment", "lesson", "--create")
    start, cpu = time.perf_counter(), computing()
    run("autograde", "lesson", "--create")
    seconds, cpu = time.perf_counter() - start, computing() - cpu
    run("export")
    with (folder / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    if len(rows) != submissions or any(float(row["score"]) != float(row["max_score"]) for row in rows):
        sys.exit(f"nbgrader did not give full marks: {rows}")
    return seconds / submissions, cpu / submissions


def computing() -> float:
    """Computing seconds of this process and of all its children that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def sample(results: Path, samples: list[tuple[int, float]], finished: threading.Event) -> None:
    """Now and then: how many are graded, and the MB that we and all our children hold."""
    while not finished.wait(0.25):
        done = results.read_bytes().count(b"\n") if results.exists() else 0
        samples.append((done, sum(held(pid) for pid in family(os.getpid()))))


def family(pid: int) -> list[int]:
    """A process and all that come from it (Linux)."""
    children = collections.defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            children[int(entry.read_text().rpartition(")")[2].split()[1])].append(int(entry.parent.name))
        except OSError:            # it has ended
            continue
    found = [pid]
    for parent in found:
        found += children[parent]
    return found


def held(pid: int) -> float:
    """MB of a process, pages that it shares divided among those that share them; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
