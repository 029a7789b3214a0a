"""Sheets: which variant a learner gets, from a secret of the teacher's; and the notebook that asks it."""
import functools
import hashlib
import hmac
import inspect
import json
import runpy
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from classroom.grade.read.notebooks import texts_digest
from course._paths import atomic_path
from course._words import language, later, listed, say, speaking

from . import plain
from .families import FAMILIES
from .family import Family, Variant
from .values import all_differ

__all__ = ["Exam", "ExamError", "LESSON", "NAME", "OWN", "Sheet", "own_families", "texts_of"]

LESSON = 90                # exam tasks are numbered like exercises of a lesson: 90.1, 90.2, ...
NAME = later("Exam")       # of an exam that the teacher gives no name
OWN = "own_tasks.py"       # in the exam's folder: the teacher's own families

_KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
_SEED = 20170612           # of the sizes that `check` tries


class ExamError(ValueError):
    """The exam cannot be made or read; the message says what to do."""


@dataclass(frozen=True)
class Sheet:
    """What one learner is asked: for each task the number of the variant in its family."""

    learner: str
    number: str                       # short, for talking about it
    variants: dict[str, int]


@dataclass(frozen=True)
class Exam:
    """An exam: its name, its tasks, and the secret from which every sheet and the hidden cases follow.

    All of it lies in the teacher's folder. Nothing of it is in a sheet but what the sheet's own variants ask.

    Args:
        name: what stands above each sheet.
        tasks: keys of families, in the order of the sheet.
        secret: of the teacher's.
        practice: whether `check` says what is wrong.
        own: families of the teacher's, beside the published ones.
    """

    name: str
    tasks: tuple[str, ...]
    secret: bytes
    practice: bool = False
    own: Mapping[str, Family] = field(default_factory=dict)

    @classmethod
    def new(cls, name: str, tasks: Sequence[str], practice: bool = False, own: Mapping[str, Family] | None = None
            ) -> "Exam":
        """With a secret of its own.

        Raises:
            ExamError: for a task that does not exist or comes twice; for practice with families of the teacher's.
        """
        there = {**FAMILIES, **(own or {})}
        if unknown := [task for task in tasks if task not in there]:
            raise ExamError(say("there is no task {names}; there are: {known}", names=listed(unknown),
                                known=listed(there)))
        if not tasks or len(set(tasks)) < len(tasks):
            raise ExamError(say("an exam has one or more different tasks; got {names}",
                                names=listed(tasks) or say("none")))
        if practice and own:
            raise ExamError(say("sheets for practice have published tasks only: their check needs the task's answer "
                                "where the learner works"))
        return cls(name, tuple(tasks), secrets.token_bytes(32), practice, own or {})

    @classmethod
    def read(cls, folder: Path) -> "Exam":
        """What `write` has written. Raises ExamError for a folder that holds no exam."""
        path = folder / "exam.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            exam = cls(kept["name"], tuple(kept["tasks"]), bytes.fromhex(kept["secret"]), kept["practice"],
                       own_families(folder / OWN) if (folder / OWN).exists() else {})
            if lost := [task for task in exam.tasks if task not in {**FAMILIES, **exam.own}]:
                raise ExamError(say("{path}: there is no task {names}. Is {file} gone, or is the exam of another "
                                    "version of the course?", path=path, names=listed(lost), file=OWN))
            return exam
        except FileNotFoundError as error:
            raise ExamError(say("{folder} holds no exam: there is no exam.json in it. `exam new` makes one.",
                                folder=folder)) from error
        except ExamError:
            raise
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise ExamError(say("{path} cannot be read ({kind}): was it changed by hand?", path=path,
                                kind=type(error).__name__)) from error

    def write(self, folder: Path) -> None:
        """Keep it, for the owner of the folder alone. Whoever has this file can make every sheet."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        kept = {"name": self.name, "tasks": self.tasks, "secret": self.secret.hex(), "practice": self.practice}
        with atomic_path(folder / "exam.json") as temporary:
            temporary.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        (folder / "exam.json").chmod(0o600)

    @property
    def title(self) -> str:
        """The name as it is shown. Sheets are drawn by `name`, which is the same in all languages."""
        return say(self.name)

    def family(self, task: str) -> Family:
        """The family of a task."""
        return self.own[task] if task in self.own else FAMILIES[task]

    def id(self, task: str) -> str:
        """The number of a task in the notebooks: "90.1" is the first of the sheet."""
        return f"{LESSON}.{1 + self.tasks.index(task)}"

    def sheet(self, learner: str) -> Sheet:
        """The sheet of a learner: the same one each time."""
        variants = {task: self._draw(task, learner) % len(self.family(task).variants) for task in self.tasks}
        return Sheet(learner, f"{self._draw('number', learner) % 10**6:06d}", variants)

    def variant(self, sheet: Sheet, task: str) -> Variant:
        """What a sheet asks in a task."""
        return self.family(task).variants[sheet.variants[task]]

    def seed(self, task: str) -> int:
        """Of the hidden cases of a task: the first of the secret's seeds for which all variants differ in values."""
        family = self.family(task)
        for n in range(100):
            seed = self._draw(f"cases {n}", task) % 2**31
            if all_differ(family, seed):
                return seed
        raise ExamError(say("no cases were found on which all variants of {task} differ", task=task))

    def notebook(self, sheet: Sheet) -> NotebookNode:
        """The learner's notebook, signed, in the language that is spoken. What is asked depends on the sheet alone."""
        cells = [new_markdown_cell(self._head(sheet), id="head"), new_code_cell("", id="sheet")]
        for n, key in enumerate(self.tasks, 1):
            family = self.family(key)
            rules = "\n".join(f"- {sentence}" for sentence in family.conventions(self.variant(sheet, key)))
            text = "\n\n".join([
                say("## Task {n} · {title}", n=n, title=say(family.title)),
                say("{points} points · about {minutes} minutes", points=family.points, minutes=family.minutes),
                say(family.text), say("On this sheet:"), rules])
            number = sheet.variants[key]
            more = f'task="{key}", variant={number}' if self.practice else f"cases={_cases(family, number)}"
            cells += [new_markdown_cell(text, id=f"{key}-text"), new_code_cell(family.stub(), id=f"{key}-answer"),
                      new_code_cell(f'check("{self.id(key)}", {family.name}, {more})', id=f"{key}-check")]
        notebook = new_notebook(cells=cells, metadata={**_KERNEL})
        signature = self.signature(sheet, texts_of(notebook))
        notebook.cells[1].source = (
            f'{"from classroom.exam import check" if self.practice else _check(language())}\n\n'
            f'SHEET = "{signature}"     # {say("leave this cell as it is, and run it first")}')
        nbformat.validate(notebook)
        return notebook

    def signature(self, sheet: Sheet, texts: str) -> str:
        """Over the learner, the variants and the digest of the texts."""
        return self._mac("sheet", sheet.learner, json.dumps(sheet.variants, sort_keys=True), texts)

    def signed(self, sheet: Sheet, signature: str, texts: str) -> bool:
        """Whether this is the signature of the sheet, with these texts."""
        return hmac.compare_digest(signature.encode("utf-8", "replace"), self.signature(sheet, texts).encode())

    def _head(self, sheet: Sheet) -> str:
        how = say(
            "This sheet is for practice: `check` says what is wrong." if self.practice else
            "`check` says whether your function runs and whether what it returns has the right shapes. It does not say "
            "whether the numbers are right.")
        return "\n\n".join([
            say("# {name} · sheet {number}", name=self.title, number=sheet.number),
            say("For **{learner}**. Each task has conventions, which are listed below it, and every sheet has others. "
                "So neither a function from the lessons nor one from another sheet is right here as it is. Read the "
                "lines one by one, and complete the functions. Half the points are given for a function that is right "
                "but for one of the lines. {how}", learner=sheet.learner, how=how),
            say("Do not change the texts. Save this notebook, and hand it in.")])

    def _mac(self, *parts: str) -> str:
        return hmac.new(self.secret, "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    def _draw(self, what: str, whom: str) -> int:
        return int(self._mac("draw", self.name, what, whom), 16)


def own_families(path: Path) -> dict[str, Family]:
    """The families that a file of the teacher's defines, by key. The file is run: it has to be one that you trust.

    Raises:
        ExamError: if it cannot be run, has no family, or one with a key or a function's name that there is already.
    """
    try:
        found = [value for value in runpy.run_path(str(path)).values() if isinstance(value, Family)]
    except Exception as error:
        raise ExamError(say("{path} cannot be run: {kind}: {error}", path=path, kind=type(error).__name__,
                            error=error)) from error
    there, names = set(FAMILIES), {family.name for family in FAMILIES.values()}
    for family in found:
        if family.key in there or family.name in names:
            raise ExamError(say("{path}: there is a task {key}, or a function {name}, already", path=path,
                                key=family.key, name=family.name))
        if not family.variants:
            raise ExamError(say("{path}: the task {key} has no variants", path=path, key=family.key))
        there.add(family.key)
        names.add(family.name)
    if not found:
        raise ExamError(say("{path} defines no Family: see “A task of your own” in docs/exams.md", path=path))
    return {family.key: family for family in found}


def texts_of(notebook: NotebookNode) -> str:
    """The digest of the texts that a sheet came with."""
    return texts_digest([cell.source for cell in notebook.cells if cell.cell_type == "markdown"])


@functools.cache
def _check(language: str) -> str:
    """The source of `plain.check`, without types; what it says, in this language."""
    _, body = inspect.getsource(plain.check).split("\n", 1)
    with speaking(language):
        for text in plain.SAID:
            body = body.replace(text, say(text))
    return f"import numpy as np\n\n\ndef check(task, function, cases):\n{body}"


def _cases(family: Family, number: int) -> str:
    cases = list(family.cases(np.random.default_rng(_SEED)))
    variant = family.variants[number]
    right = family.reference(variant)
    returned = [right(**case.inputs) for case in cases]
    return plain.written(cases, [[np.asarray(part) for part in (parts if isinstance(parts, tuple) else (parts,))]
                                 for parts in returned])
