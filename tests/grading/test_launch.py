"""The fork server is given every module it needs, and no other; when it fails, that is said at once."""
import ast

import pytest

from course.grading import launch


def _imported(package: str, text: str) -> set[str]:
    """The modules of the course that this text imports at its outer level, as names like `course.checks.guard`."""
    found = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("course")):
            parts = package.split(".")
            above = parts[: len(parts) + 1 - node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            found |= {f"{base}.{name.name}" for name in node.names} if base.count(".") < 2 else {base}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.startswith("course")}
    return found


def test_what_the_modules_of_the_child_import_is_sent_with_them():
    sent = launch._modules()
    needed = set().union(*(_imported(name.rpartition(".")[0], text) for name, text in sent.items()))
    assert len(needed) > 10 and needed <= set(sent), needed - set(sent)


def test_no_exercise_is_sent():
    sent = launch._modules()
    assert not [name for name in sent if "exercises" in name]
    assert not any("exercises" in needed for name, text in sent.items() for needed in _imported(name, text))


def test_a_module_left_out_is_named(monkeypatch):
    monkeypatch.setattr(launch, "_CHECKS", tuple(name for name in launch._CHECKS if name != "compare"))
    with pytest.raises(launch.ServerError, match="(?s)did not start.*compare"):
        launch.Server()
