"""`.github/` and `.devcontainer/`: valid, and what they run is there."""
import json
import re
from pathlib import Path

import pytest
import yaml

from classroom.app import COMMANDS

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = [path for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")) if path.stem != "config"]
KINDS = {"markdown", "input", "textarea", "dropdown", "checkboxes"}


def load(path: Path) -> dict:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)   # `on` stays a word


def commands(workflow: dict) -> str:
    """All that a workflow runs, one command a line."""
    runs = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    return "\n".join(runs)


def unknown(text: str) -> set[str]:
    """What a text of commands names and the repository does not have."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lost = {f"make {target}" for target in re.findall(r"\bmake ([a-z]\w*)", text) if target not in targets}
    lost |= {command for command in re.findall(r"(?:python -m classroom|build-a-transformer) ([a-z][\w-]*)", text)
             if command not in COMMANDS}
    named = re.findall(r"(?<![\w/.-])((?:tests|tools|solutions|benchmarks|docs)/[\w/.-]+)", text)
    lost |= {name for name in named if not (ROOT / name).exists()}
    modules = re.findall(r"python -m ((?:tools|classroom)\.[\w.]+)", text)
    return lost | {name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").exists()}


def test_what_is_not_there_is_found():
    assert unknown("make quick\nmake soup\npython -m classroom bake 01\nbuild-a-transformer doctor\n"
                   "pytest tests/none.py tests/test_lab.py\npython -m tools.measure.report\npython -m tools.soup") == {
        "make soup", "bake", "tests/none.py", "tools.soup"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows(path):
    workflow = load(path)
    assert {"name", "on", "jobs", "permissions"} <= workflow.keys(), "rights are named, and are few"
    assert workflow["permissions"] in ({}, {"contents": "read"}) or path.stem == "pages"
    for name, job in workflow["jobs"].items():
        if "uses" in job:
            continue
        assert {"runs-on", "steps", "timeout-minutes"} <= job.keys(), name
        needed = job.get("needs", [])
        assert {needed} if isinstance(needed, str) else set(needed) <= workflow["jobs"].keys()
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step), step
            if "uses" in step:
                assert re.fullmatch(r"[\w.-]+/[\w./-]+@(v\d[\w.]*|[0-9a-f]{40})", step["uses"]), step["uses"]
            # What somebody from outside has written may not become part of a command.
            assert not re.search(r"\$\{\{\s*github\.(event|head_ref)", step.get("run", "")), step
    assert not unknown(commands(workflow))


def test_every_system_and_the_oldest_python():
    workflow = load(GITHUB / "workflows" / "tests.yml")
    matrix = workflow["jobs"]["learner"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = re.search(r'requires-python = ">=([\d.]+)"', project)[1]
    assert matrix["python"][0] == oldest and tuple(map(int, matrix["python"][-1].split("."))) > (3, 12)
    learner = " ".join(step.get("run", "") for step in workflow["jobs"]["learner"]["steps"])
    assert "make" not in learner, "Windows has no make"
    assert all(part in learner for part in ("classroom doctor", '-m "not slow"', "--nbval"))
    assert "make test" in commands({"jobs": {"everything": workflow["jobs"]["everything"]}})


def test_a_release_has_everything():
    workflow = load(GITHUB / "workflows" / "release.yml")
    assert set(workflow["on"]) == {"push"} and set(workflow["on"]["push"]) == {"tags"}
    text = commands(workflow)
    assert all(part in text for part in ("python -m build", "notebooks.zip", "CITATION.cff", "gh release create"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_forms(path):
    form = load(path)
    assert {"name", "description", "body"} <= form.keys()
    ids = [field["id"] for field in form["body"] if "id" in field]
    assert len(ids) == len(set(ids)) and any(field["type"] != "markdown" for field in form["body"])
    for field in form["body"]:
        assert field["type"] in KINDS
        needed = {"markdown": "value", "checkboxes": "options", "dropdown": "options"}.get(field["type"], "label")
        assert field["attributes"][needed]
        assert field["type"] == "markdown" or "id" in field
        assert field.get("validations", {}).get("required", "false") in ("true", "false")


@pytest.mark.parametrize("name", ["wrong_answer_not_named", "right_answer_refused"])
def test_the_forms_about_checks_ask_for_exercise_code_and_message(name):
    form = load(GITHUB / "ISSUE_TEMPLATE" / f"{name}.yml")
    required = {field["id"] for field in form["body"] if field.get("validations", {}).get("required") == "true"}
    assert {"exercise", "code", "message"} <= required


def test_dependabot():
    settings = load(GITHUB / "dependabot.yml")
    assert settings["version"] == "2"
    for update in settings["updates"]:
        assert {"package-ecosystem", "directory", "schedule"} <= update.keys()
    assert {"github-actions", "docker"} <= {update["package-ecosystem"] for update in settings["updates"]}


@pytest.mark.slow
def test_the_devcontainer():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert container["image"] and not unknown(f"{container['onCreateCommand']}\n{container['postCreateCommand']}")
    assert all((ROOT / name).exists() for name in container["customizations"]["codespaces"]["openFiles"])
