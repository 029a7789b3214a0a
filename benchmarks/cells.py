"""How long the cells of a notebook take: for `waiting.py`.

A cell's time is what the kernel says: from "busy" to "idle".
"""
import os
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

LONG = 60.0
TRAINS = re.compile(r"(?<![\w.])train\((?=[\s\S]*checkpoint\s*=)")         # not `model.train()`, `Subwords.train(...)`


def run(notebook: NotebookNode, folder: Path) -> float:
    """Run a notebook in a new folder, with a record of its own; the seconds until its kernel answered."""
    own = tempfile.mkdtemp(dir=folder)
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment |= {"COURSE_LANG": "en", "COURSE_STATE": f"{own}/state", "IPYTHONDIR": f"{own}/ipython"}
    begins: list[float] = []
    client = NotebookClient(
        notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": own}}, record_timing=True,
        store_widget_state=False, extra_arguments=["--log-level=ERROR"],
        on_cell_start=lambda **_: begins.append(time.perf_counter()),
    )
    started = time.perf_counter()
    client.execute(env=environment)
    return begins[0] - started


def seconds_of(cell: NotebookNode) -> float:
    """How long the kernel was busy with a cell; 0 for one that was not run, an empty one for example."""
    times = cell.metadata.get("execution", {})
    if not {"iopub.status.busy", "iopub.status.idle"} <= times.keys():
        return 0.0
    busy, idle = (datetime.fromisoformat(times[f"iopub.status.{state}"]) for state in ("busy", "idle"))
    return (idle - busy).total_seconds()


def trains(source: str, took: float) -> bool:
    """Whether a cell belongs to training: it trains a model that is kept, or takes more than a minute."""
    return took > LONG or TRAINS.search(source) is not None


def lesson(path: Path, repeat: int, folder: Path) -> dict | str:
    """The longest cell of a lesson that does not train, by the median of some runs, and those that train."""
    runs = [nbformat.read(path, as_version=4) for _ in range(repeat)]
    try:
        for notebook in runs:
            run(notebook, folder)
    except CellExecutionError as error:
        return f"a cell failed: {error.ename}: {error.evalue}"
    return longest([[cell for cell in notebook.cells if cell.cell_type == "code"] for notebook in runs])


def longest(runs: Sequence[Sequence[NotebookNode]]) -> dict:
    """The same, of the code cells of each run."""
    found = {cells[0].id: summary([seconds_of(cell) for cell in cells]) for cells in zip(*runs, strict=True)}
    training = {cell.id: found[cell.id] for cell in runs[0] if trains(cell.source, found[cell.id]["median"])}
    id = max(found.keys() - training, key=lambda id: found[id]["median"])
    return {"cell": id, **found[id], "training": training}


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median, shortest and longest."""
    return {"median": round(statistics.median(times), 3), "from": round(min(times), 3), "to": round(max(times), 3)}
