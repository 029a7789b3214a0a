"""The public names of the library, by module, from their docstrings: writes `docs/api.md`.

    python tools/api.py            write it
    python tools/api.py --check    fail if it is out of date
"""
import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "docs" / "api.md"
HEAD = """\
# The public names

Made by `python tools/api.py` from the docstrings, which say more: shapes, units, what is raised. In a notebook
`help(name)` or `name?` shows them. A name that begins with an underscore is nobody's business but its module's.
"""
PARTS = {   # folder: its heading
    "course": "The model, its data and its training",
    "course/page": "`course.page`: a translator as one web page",
    "course/views": "`course.views`: figures, and views that can be touched",
    "classroom": "`classroom`: what notebooks call",
    "classroom/ask": "`classroom.ask`: putting an answer to a case",
    "classroom/judge": "`classroom.judge`: from what came back to a verdict",
    "classroom/exercises": "`classroom.exercises`: what is asked",
    "classroom/grade": "`classroom.grade`: a class's notebooks",
    "classroom/grade/read": "`classroom.grade.read`: what is handed in",
    "classroom/grade/confine": "`classroom.grade.confine`: where a learner's code runs",
    "classroom/grade/book": "`classroom.grade.book`: marks, tables, pages",
    "classroom/build": "`classroom.build`: from text twins to notebooks",
    "classroom/site": "`classroom.site`: pages without a kernel",
    "classroom/app": "`classroom.app`: the commands",
}


def first_line(node: ast.AST) -> str:
    """The first paragraph of a docstring, in one line, safe in a table."""
    text = (ast.get_docstring(node) or "").split("\n\n")[0]
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def signature(node: ast.AST) -> str:
    """A function's name with its parameters' names, or a class's name."""
    if isinstance(node, ast.ClassDef):
        return node.name
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return f"{node.name}({', '.join(names)})"


def module(path: Path) -> str:
    """The section of one module, or nothing if it has no public names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lines = [f"| `{signature(node)}` | {first_line(node)} |" for node in tree.body
             if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")]
    if not lines:
        return ""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return "\n".join([f"### {name}", "", first_line(tree), "", "| | |", "|---|---|", *lines, ""])


def api() -> str:
    """The whole text."""
    sections = [HEAD]
    for folder, heading in PARTS.items():
        paths = sorted((ROOT / folder).glob("*.py"))
        found = [module(path) for path in paths if not path.stem.startswith("_") or path.stem == "__init__"]
        sections += [f"## {heading}\n", *filter(None, found)]
    return "\n".join(sections)


def main() -> None:
    """Write the file, or say that it is out of date."""
    text = api()
    if "--check" not in sys.argv[1:]:
        PATH.write_text(text, encoding="utf-8")
    elif not PATH.exists() or PATH.read_text(encoding="utf-8") != text:
        sys.exit("docs/api.md is out of date: run `python tools/api.py`")


if __name__ == "__main__":
    main()
