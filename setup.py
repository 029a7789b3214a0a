"""What pyproject.toml cannot say: the learner's notebooks go into the wheel, as `classroom/lessons`.

Nothing is copied in the repository itself: an editable installation opens `notebooks/`. The executed solutions stay
out, for they are large; the grader's list of their digests goes in, so that it still knows a published solution.
"""
import hashlib
import json
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
DIGESTS = "solutions.json"


def lessons() -> list[Path]:
    """The learner's notebooks, those of other languages too, relative to `notebooks/`."""
    folder = ROOT / "notebooks"
    found = [path for pattern in ("", "*/") for path in folder.glob(f"{pattern}[0-9][0-9]_*.ipynb")
             if ".ipynb_checkpoints" not in path.parts]
    if not found:
        raise SystemExit(f"{folder}: there are no lessons here; a wheel without lessons is of no use")
    return sorted(path.relative_to(folder) for path in found)


def digests() -> str:
    """What `classroom.grade.read.notebooks.digest` says of each solved notebook; an sdist brings it along.

    The package itself cannot be asked: where a wheel is built, the packages that it imports need not be installed.
    """
    solved = sorted((ROOT / "solutions").rglob("[0-9][0-9]_*.ipynb"))
    if not solved and (ROOT / DIGESTS).exists():
        return (ROOT / DIGESTS).read_text(encoding="utf-8")
    found = {digest(json.loads(path.read_text(encoding="utf-8"))) for path in solved}
    return json.dumps(sorted(found), indent=1) + "\n"


def digest(notebook: dict) -> str:
    """Of the code alone, without empty lines and spaces at the ends of lines."""
    code = ("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    lines = (line.rstrip() for text in code for line in text.split("\n"))
    return hashlib.sha256("\n".join(line for line in lines if line).encode()).hexdigest()


class BuildWithLessons(build_py):
    """Builds the packages, and lays the lessons beside them."""

    def run(self):
        super().run()
        if not self.editable_mode:
            folder = Path(self.build_lib, "classroom", "lessons")
            shutil.rmtree(folder, ignore_errors=True)         # what an earlier build has left there
            for name in lessons():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / "notebooks" / name, folder / name)
            (folder / DIGESTS).write_text(digests(), encoding="utf-8")

    def get_outputs(self, include_bytecode=1):
        folder = Path(self.build_lib, "classroom", "lessons")
        own = [] if self.editable_mode else [str(folder / name) for name in (*lessons(), DIGESTS)]
        return super().get_outputs(include_bytecode) + own


class SourceWithDigests(sdist):
    """The source archive, with the digests of the solutions that are not in it."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        Path(base_dir, DIGESTS).write_text(digests(), encoding="utf-8")


setup(cmdclass={"build_py": BuildWithLessons, "sdist": SourceWithDigests})
