"""Who imports whom: `course` knows nothing of `classroom`, and in it the arrows go one way, to `ask`."""
import ast

import pytest

from classroom import exercises
from classroom.judge import words
from tools import imports

FILES = {module: path for module, path in imports.FILES.items() if module.split(".")[0] in ("course", "classroom")}
IMPORTS = {module: imports.imports(module) for module in FILES}


def of(package: str) -> list[str]:
    return [module for module in FILES if module == package or module.startswith(f"{package}.")]


def outside(package: str) -> set[str]:
    """What the modules of a package import that is not in it, but for the packages above it."""
    above = {package.rsplit(".", n)[0] for n in range(package.count(".") + 1)}
    return {other for module in of(package) for other in IMPORTS[module]} - {*of(package)} - above


def test_the_tree_was_read():
    assert len(FILES) > 150 and sum(map(len, IMPORTS.values())) > 400
    assert "classroom.ask.limits" in IMPORTS["classroom.ask.outcome"]


@pytest.mark.slow
def test_the_library_knows_nothing_of_the_classroom():
    assert not [module for module in of("course") if any(name.startswith("classroom") for name in IMPORTS[module])]
    assert not any("classroom" in path.read_text(encoding="utf-8") for path in (imports.ROOT / "course").rglob("*.js"))


def test_views_know_nothing_of_answers():
    assert not [name for name in outside("course.views") if name.startswith("classroom")]


@pytest.mark.parametrize(("package", "allowed"), [
    ("classroom.ask", ("course.attention",)),          # the layer that a learner's step of decoding is given
    ("classroom.judge", ("classroom.ask", "course._paths", "course._printing", "course._system", "course._words")),
    ("classroom.exercises", ("classroom.judge", "classroom.ask", "course")),
    ("classroom.grade.confine", ("classroom.ask",)),
    ("classroom.grade", ("classroom.arguments", "classroom.judge", "classroom.ask", "classroom.exercises", "course")),
    ("classroom.build", ("classroom.arguments", "classroom.exercises", "classroom.judge", "course")),
    ("classroom.site", ("classroom.arguments", "course")),
    ("classroom.exam", ("classroom.arguments", "classroom.grade", "classroom.judge", "classroom.ask", "course._paths",
                        "course._words")),
    ("classroom.lecture", ("classroom.arguments", "classroom.build", "classroom.exercises", "classroom.judge",
                           "course")),
    ("classroom.arguments", ("classroom.judge.prose", "course._printing", "course._words")),
])
def test_arrows_go_one_way(package, allowed):
    assert not {name for name in outside(package) - {"course", "classroom"} if not name.startswith(allowed)}


def test_nothing_imports_in_a_circle():
    """At the outer level or in functions; packages themselves do not count, since `from . import x` names them."""
    seen, path = set(), []

    def visit(module: str) -> None:
        assert module not in path, " -> ".join([*path[path.index(module):], module])
        if module in seen:
            return
        path.append(module)
        for other in sorted(IMPORTS[module]):
            if FILES[other].stem != "__init__" and other != module:
                visit(other)
        path.pop()
        seen.add(module)

    for module in sorted(FILES):
        if FILES[module].stem != "__init__":
            visit(module)
    assert len(seen) > 150


def test_what_is_sent_to_the_child_needs_nothing_that_is_not():
    """Packages above do not count: in the child they are empty. `course.attention` is lent, as to any answer, with
    a plain `course._words` (test_lending)."""
    sent = {*of("classroom.ask"), *of("classroom.grade.confine")}
    packages = {"classroom", "classroom.grade", "course", "course._words"}
    assert imports.closure(sent, packages) == sent | {"course.attention"}


@pytest.mark.parametrize("id", exercises.all_ids())
def test_how_an_answer_is_asked_is_sent_too(id):
    probe = getattr(exercises.get(id), "probe", None)
    assert probe is None or type(probe).__module__ in of("classroom.ask")


def test_each_problem_that_is_found_in_an_answer_has_words():
    found = []
    for module in [*of("classroom.ask"), *of("classroom.grade")]:
        for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Problem":
                facts = {keyword.arg: "" for keyword in node.keywords}
                if isinstance(node.args[0], ast.JoinedStr):           # f"past-is-no-pair:{which}"
                    prefix = node.args[0].values[0].value
                    keys = [key for key in words._WORDS if key.startswith(prefix)]
                    assert keys, prefix
                else:
                    keys = [node.args[0].value] if isinstance(node.args[0], ast.Constant) else []
                found += [(key, facts if isinstance(node.args[0], ast.Constant) else None) for key in keys]
    assert len(found) > 45
    assert not [(key, facts) for key, facts in found if facts is not None and not words.known(key, facts)]
    assert {key for key, _ in found} | {"unreadable:values"} == set(words._WORDS)


def test_no_sentence_for_the_learner_stands_where_the_answer_is_asked():
    """A sentence has five words. Docstrings are for us; what is raised comes back with the answer's own errors."""
    for module in of("classroom.ask"):
        tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
        documented = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)}
        raised = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Raise) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented | raised:
                assert len(node.value.split()) < 5, (module, node.value)
