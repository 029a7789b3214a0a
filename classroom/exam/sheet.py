"""Sheets: which variant a learner gets, from a secret of the teacher's; and the notebook that asks it."""
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from classroom.grade.read.notebooks import texts_digest
from course._paths import atomic_path

from .families import FAMILIES
from .family import Family, Variant

__all__ = ["Exam", "ExamError", "LESSON", "Sheet", "all_differ", "equal", "task_id", "texts_of", "values"]

LESSON = 90                # exam tasks are numbered like exercises of a lesson: 90.1, 90.2, ...

_KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}


class ExamError(ValueError):
    """The exam cannot be made or read; the message says what to do."""


@dataclass(frozen=True)
class Sheet:
    """What one learner is asked: for each task the number of the variant in its family."""

    learner: str
    number: str                       # short, for talking about it
    variants: dict[str, int]

    def variant(self, key: str) -> Variant:
        return FAMILIES[key].variants[self.variants[key]]


@dataclass(frozen=True)
class Exam:
    """An exam: its name, tasks, the seed of the hidden cases, and the secret from which every sheet follows.

    All of it lies in the teacher's folder, in `exam.json`. Nothing of it is in a sheet but the sheet's own variants.
    """

    name: str
    tasks: tuple[str, ...]
    secret: bytes
    practice: bool = False

    @classmethod
    def new(cls, name: str, tasks: Sequence[str], practice: bool = False) -> "Exam":
        """With a secret of its own.

        Raises:
            ExamError: for a task that does not exist or comes twice.
        """
        if unknown := [task for task in tasks if task not in FAMILIES]:
            raise ExamError(f"there is no task {', '.join(unknown)}; there are: {', '.join(FAMILIES)}")
        if not tasks or len(set(tasks)) < len(tasks):
            raise ExamError(f"an exam has one or more different tasks; got {', '.join(tasks) or 'none'}")
        return cls(name, tuple(tasks), secrets.token_bytes(32), practice)

    @classmethod
    def read(cls, folder: Path) -> "Exam":
        """What `write` has written. Raises ExamError for a folder that holds no exam."""
        path = folder / "exam.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return cls(kept["name"], tuple(kept["tasks"]), bytes.fromhex(kept["secret"]), kept["practice"])
        except FileNotFoundError as error:
            raise ExamError(f"{folder} holds no exam: there is no exam.json in it. `exam new` makes one.") from error
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise ExamError(f"{path} cannot be read ({type(error).__name__}): was it changed by hand?") from error

    def write(self, folder: Path) -> None:
        """Keep it, for the owner of the folder alone. Whoever has this file can make every sheet."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        kept = {"name": self.name, "tasks": self.tasks, "secret": self.secret.hex(), "practice": self.practice}
        with atomic_path(folder / "exam.json") as temporary:
            temporary.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        (folder / "exam.json").chmod(0o600)

    def sheet(self, learner: str) -> Sheet:
        """The sheet of a learner: the same one each time."""
        variants = {task: self._draw(task, learner) % len(FAMILIES[task].variants) for task in self.tasks}
        return Sheet(learner, f"{self._draw('number', learner) % 10**6:06d}", variants)

    def seed(self, task: str) -> int:
        """Of the hidden cases of a task: the first of the secret's seeds for which all variants differ in values."""
        family = FAMILIES[task]
        for n in range(100):
            seed = self._draw(f"cases {n}", task) % 2**31
            if all_differ(family, seed):
                return seed
        raise ExamError(f"no cases were found on which all variants of {task} differ")

    def notebook(self, sheet: Sheet) -> NotebookNode:
        """The learner's notebook, signed."""
        cells = [new_markdown_cell(self._head(sheet), id="head"), new_code_cell("", id="sheet")]
        for n, key in enumerate(self.tasks, 1):
            family = FAMILIES[key]
            rules = "\n".join(f"- {sentence}" for sentence in family.conventions(sheet.variant(key)))
            text = (f"## Task {n} · {family.title}\n\n{family.points} points · about {family.minutes} minutes\n\n"
                    f"{family.text}\n\nOn this sheet:\n\n{rules}")
            practice = ", practice=True" if self.practice else ""
            cells += [new_markdown_cell(text, id=f"{key}-text"), new_code_cell(family.stub(), id=f"{key}-answer"),
                      new_code_cell(f'check("{task_id(key)}", {family.name}, variant={sheet.variants[key]}{practice})',
                                    id=f"{key}-check")]
        notebook = new_notebook(cells=cells, metadata={**_KERNEL})
        notebook.cells[1].source = ("import numpy as np\n\nfrom classroom.exam import check\n\n"
                                    f'SHEET = "{self.signature(sheet, texts_of(notebook))}"     # leave it as it is')
        nbformat.validate(notebook)
        return notebook

    def signature(self, sheet: Sheet, texts: str) -> str:
        """Over the learner, the variants and the digest of the texts."""
        return self._mac("sheet", sheet.learner, json.dumps(sheet.variants, sort_keys=True), texts)

    def signed(self, sheet: Sheet, signature: str, texts: str) -> bool:
        """Whether this is the signature of the sheet, with these texts."""
        return hmac.compare_digest(signature.encode("utf-8", "replace"), self.signature(sheet, texts).encode())

    def _head(self, sheet: Sheet) -> str:
        how = ("This is for practice: `check` says what is wrong." if self.practice else
               "`check` says whether your function runs and what it returns has the right shapes, and nothing more.")
        return (f"# {self.name} · sheet {sheet.number}\n\nFor **{sheet.learner}**. Every sheet follows conventions of "
                f"its own; each is stated. Read them: the lessons' own functions, and your neighbour's, answer other "
                f"questions. Complete the functions. {how} Do not change these texts; hand in this notebook.")

    def _mac(self, *parts: str) -> str:
        return hmac.new(self.secret, "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    def _draw(self, what: str, whom: str) -> int:
        return int(self._mac("draw", self.name, what, whom), 16)


def task_id(key: str) -> str:
    """The number of a task: "90.3"."""
    return f"{LESSON}.{1 + list(FAMILIES).index(key)}"


def texts_of(notebook: NotebookNode) -> str:
    """The digest of the texts that a sheet came with."""
    return texts_digest([cell.source for cell in notebook.cells if cell.cell_type == "markdown"])


def values(family: Family, variant: Variant, cases: Sequence[Any]) -> list[np.ndarray]:
    """What the right answer to a variant returns on the cases: all arrays, in order."""
    found: list[np.ndarray] = []
    for case in cases:
        returned = family.reference(variant)(**{name: _copy(value) for name, value in case.inputs.items()})
        found += [np.asarray(value, dtype=float) for value in
                  (returned if isinstance(returned, tuple) else (returned,))]
    return found


def equal(a: Sequence[np.ndarray], b: Sequence[np.ndarray], within: float = 1e-4) -> bool:
    """Whether two answers returned the same, everywhere."""
    return len(a) == len(b) and all(x.shape == y.shape and np.allclose(x, y, rtol=within, atol=within)
                                    for x, y in zip(a, b, strict=True))


def all_differ(family: Family, seed: int) -> bool:
    """Whether any two variants, and the lessons' own conventions, differ on the cases of this seed."""
    cases = list(family.cases(np.random.default_rng(seed)))
    known: dict[tuple, list[list[np.ndarray]]] = {}
    for variant in [family.usual, *family.variants]:
        own = values(family, variant, cases)
        alike = known.setdefault(tuple(array.shape for array in own), [])
        if any(equal(own, other) for other in alike):
            return False
        alike.append(own)
    return True


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value
