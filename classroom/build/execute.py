"""Running a solution notebook so that its outputs come out the same everywhere."""
import copy
import os
import re
import tempfile
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from .notebook import code_cells

_WIDGET = "application/vnd.jupyter.widget-view+json"
_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")
_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|Users|tmp|var|usr|opt|private)/[\w.-]+|\b[A-Z]:\\\w+")
_HERE = re.compile(re.escape(str(Path(__file__).parents[2])) + r"(?![\w.-])")        # wherever this tree stands
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_BAR = re.compile(r"^.*\d%\|[^|\n]*\|.*\n?", re.MULTILINE)     # a line of tqdm's


class OutputError(Exception):
    """A notebook could not be run, or printed what belongs to one machine.

    Attributes:
        cell_id: the cell in which it happened.
    """

    def __init__(self, cell_id: str, message: str):
        super().__init__(message)
        self.cell_id = cell_id


def kernel_environment(notebook: NotebookNode, folder: Path) -> dict[str, str]:
    """The environment for a lesson's kernel: settings and progress in `folder`, nothing left to chance."""
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return environment | {
        "COURSE_LANG": notebook.metadata.get("course", {}).get("language", "en"),
        "COURSE_STATE": str(folder / "state"),
        "IPYTHONDIR": str(folder / "ipython"),
        "OMP_NUM_THREADS": "1",              # the last bits of a sum depend on it
        "PYTHONHASHSEED": "0",
    }


def execute(notebook: NotebookNode, name: str, environment: dict[str, str], timeout: int = 3600) -> None:
    """Run all cells of `notebook` in place, in a folder that is thrown away afterwards.

    Args:
        notebook: is given its outputs, without times and widget state.
        name: shown in the progress bar.
        environment: see `kernel_environment`.
        timeout: seconds a cell may take.

    Raises:
        OutputError: when a cell fails, or prints a path or an address of this machine.
    """
    metadata = copy.deepcopy(notebook.metadata)   # the kernel adds its version to it
    running = None

    def starts(cell: NotebookNode, **_) -> None:
        nonlocal running
        running = cell

    with (
        tempfile.TemporaryDirectory(prefix="course-run-") as folder,
        tqdm(total=len(code_cells(notebook)), desc=name, unit="cell", disable=None, leave=False) as bar,
    ):
        client = NotebookClient(
            notebook, timeout=timeout, kernel_name="python3", resources={"metadata": {"path": folder}},
            record_timing=False, store_widget_state=False, coalesce_streams=True,
            extra_arguments=["--log-level=ERROR"],      # it would warn, in the builder's output, of how it listens
            on_cell_start=starts, on_cell_executed=lambda **_: bar.update(),
        )
        try:
            client.execute(env=environment)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise OutputError(running.id if running else "", _COLOURS.sub("", str(error)).strip()) from None
    for cell in code_cells(notebook):
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            output.get("data", {}).pop(_WIDGET, None)
        found = machine_traces(cell)
        if found:
            raise OutputError(cell.id, f"the output contains {found!r}, which differs from run to run")
    notebook.metadata = metadata
    drop_progress_bars(notebook)


def drop_progress_bars(notebook: NotebookNode) -> None:
    """Take tqdm's bars out of the outputs: they are for whoever waits, not for a reader of the page.

    A bar is full also where a trained model came from the cache, and then tells of work that was not done.
    """
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = _BAR.sub("", output.text)
        cell.outputs = [output for output in cell.outputs if output.output_type != "stream" or output.text]


def machine_traces(cell: NotebookNode) -> str | None:
    """The first path or memory address of one machine in the outputs of a cell."""
    for output in cell.outputs:
        texts = [output.get("text", ""), *output.get("traceback", [])]
        texts += [value for kind, value in output.get("data", {}).items() if kind.startswith("text/")]
        for text in texts:
            text = re.sub(r"data:[\w/+.-]+;base64,[\w+/=\s]+", "", text)
            if match := _ADDRESS.search(text) or _PATH.search(text) or _HERE.search(text):
                return match.group()
    return None
