"""A learner's hour in JupyterLab: a wrong answer, a right one, and the views of the lesson, with a real kernel."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
import pytest

from classroom import site
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.stages import stages

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("jupyterlab")]
LESSON = "01_dot_product_attention"
RUN_ALL = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await jupyterapp.commands.execute('notebook:run-all-cells');
}"""
STARTED = 120          # seconds that JupyterLab may take to answer; a limit, not a measure


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    """A JupyterLab of its own, on this machine only: its address and its folder of notebooks."""
    home, root = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("notebooks")
    settings = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "COURSE_LANG"} | {
        "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "MPLCONFIGDIR": str(home / "matplotlib"),
        "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "JUPYTERLAB_SETTINGS_DIR": str(settings.parents[1]),
        "COURSE_STATE": str(home / "state"),
        "PYTHONPATH": os.pathsep.join([str(site.ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
        "--ServerApp.password=", "--expose-app-in-browser", f"--ServerApp.root_dir={root}",
        # Should the tests be killed, it ends by itself.
        "--MappingKernelManager.cull_idle_timeout=300", "--MappingKernelManager.cull_connected=True",
        "--ServerApp.shutdown_no_activity_timeout=600",
    ]
    log = (home / "log").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + STARTED
        while True:
            try:
                urllib.request.urlopen(f"{address}/api").close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None and time.monotonic() < deadline, (home / "log").read_text()
                time.sleep(0.2)                             # between two questions to a server that starts
        yield address, root
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        log.close()


@pytest.fixture
def open_lab(chromium, lab):
    """open_lab(notebook, folder): JupyterLab with that notebook in a folder; nothing but this machine is reached."""
    address, root = lab
    contexts, errors = [], []

    def opened(notebook, folder="."):
        (root / folder).mkdir(exist_ok=True)
        name = (Path(folder) / f"lesson{len(list(root.rglob('*.ipynb')))}.ipynb").as_posix()
        nbformat.write(notebook, root / name)
        context = chromium.new_context(viewport={"width": 1280, "height": 4200})
        contexts.append(context)
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.route(re.compile(rf"^(?!{re.escape(address)}|data:|blob:)"), lambda route: route.abort())
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/lab/tree/{name}?reset")
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.isReady")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def test_a_lesson_with_a_wrong_and_then_a_right_answer(open_lab):
    solved = nbformat.read(site.ROOT / "solutions" / f"{LESSON}.ipynb", as_version=4)
    right = {cell.id: cell.source for cell in solved.cells}
    notebook = nbformat.read(site.ROOT / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    exercises = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    for cell in exercises:
        cell.source = right[cell.id]
    [attention] = [n for n, cell in enumerate(notebook.cells) if "def attention(q, k, v)" in cell.source
                   and cell in exercises]
    answer = notebook.cells[attention].source
    assert " / np.sqrt(q.shape[-1])" in answer
    notebook.cells[attention].source = answer.replace(" / np.sqrt(q.shape[-1])", "")

    page = open_lab(notebook)
    page.evaluate(RUN_ALL)
    page.locator(".jp-OutputArea-output", has_text="Not yet").filter(has_text="√d").first.wait_for()   # it is named
    assert page.locator(".course-view").count() == 0, "the check stops the run"

    page.evaluate("""([n, source]) => jupyterapp.shell.currentWidget.content.widgets[n].model.sharedModel
        .setSource(source)""", [attention, answer])
    page.evaluate(RUN_ALL)
    counts = "jupyterapp.shell.currentWidget.content.widgets.map(w => w.model.type === 'code' && w.model.sharedModel"
    page.wait_for_function(f"{counts}.getSource().trim() ? w.model.executionCount : 1).every(Boolean)")
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
    verdict = page.evaluate("n => JSON.stringify(jupyterapp.shell.currentWidget.content.widgets[n].model.outputs"
                            ".toJSON())", attention + 1)
    assert "Correct" in verdict and "Not yet" not in verdict

    # The views of the lesson, by keyboard, and JupyterLab keeps its hands off the keys.
    stepper = page.locator(".course-view", has_text="your attention")
    stepper.get_by_text("agrees with the reference").wait_for()
    active = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    stepper.get_by_label("1 scores").focus()
    before = page.evaluate(active)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    stepper.locator("table[role=grid] td[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    shown = stepper.locator("table[role=grid] tbody tr").nth(1).locator("td").all_inner_texts()
    assert sum(map(float, shown)) == pytest.approx(1, abs=0.03)
    assert "black, the:" in stepper.locator(".explain").inner_text()
    assert page.evaluate(active) == before, "the notebook did not move"

    # The plane asks the kernel: the learner's function answers for where the query stands now.
    plane = page.locator(".course-view", has_text="Drag the query")
    plane.get_by_role("slider", name="query").focus()
    page.keyboard.press("Shift+ArrowRight")
    plane.get_by_text("Your function agrees").wait_for()
    keys, values = np.array([[2, 0], [-1, 1.5], [1, 3], [-2, -2]]), np.array([[3, 0], [0, 3], [-3, 0], [0, -3]])
    weights = stages(np.array([[2.0, 2.0]]), keys, values)["softmax"][0]
    drawn = plane.get_by_label("weights", exact=True).locator("td.cell").all_inner_texts()
    np.testing.assert_allclose([float(text) for text in drawn], weights, atol=0.0051)

    # JupyterLab's dark theme reaches the views.
    light = stepper.evaluate("node => getComputedStyle(node).backgroundColor")
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_function("light => getComputedStyle(document.querySelector('.course-view')).backgroundColor !== "
                           "light", arg=light)


def test_an_untrusted_notebook_shows_the_table(open_lab):
    view = interactive.masks(np.eye(2), np.eye(2), np.eye(2), ["a", "b"], ["c", "d"])
    data = view._repr_mimebundle_()[0]
    stored = {kind: data[kind] for kind in ("text/plain", "text/html")}
    output = nbformat.v4.new_output("display_data", data=json.loads(json.dumps(stored)))
    page = open_lab(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[output])]))
    table = page.locator(".jp-OutputArea-output table").first
    table.wait_for()
    assert "open" in table.inner_text()
    assert page.locator(".jp-OutputArea-output iframe").count() == 0


def test_a_block_of_a_diagram_opens_the_lesson_that_builds_it(open_lab, lab):
    """A diagram stored in a notebook, among notebooks with the names of the lessons."""
    data, _ = show_blocks("attention")._repr_mimebundle_()
    stored = {kind: data[kind] for kind in ("text/plain", "text/html")}
    output = nbformat.v4.new_output("display_data", data=json.loads(json.dumps(stored)))
    lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("on self-attention")])
    nbformat.write(lesson, lab[1] / "03_self_and_cross_attention.ipynb")
    page = open_lab(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[output])]))
    no_kernel = page.locator(".jp-Dialog").get_by_role("button", name="No Kernel")
    no_kernel.click()                                                        # the dialogue covers the page
    page.locator(".jp-OutputArea-output").get_by_role("link", name="w_q").click()
    page.wait_for_function("jupyterapp.shell.currentWidget?.context?.path === '03_self_and_cross_attention.ipynb'")
    page.wait_for_function("jupyterapp.shell.currentWidget.context.isReady")
    opened = page.evaluate("jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel.getSource()")
    assert opened == "on self-attention"
    no_kernel.click()                                                        # so that nothing starts while all ends


def test_a_lesson_in_the_folder_zh_speaks_chinese(open_lab):
    """One verdict and one view, with a kernel that learns its language from the notebook's folder alone."""
    notebook = nbformat.read(site.ROOT / "notebooks" / "zh" / f"{LESSON}.ipynb", as_version=4)
    [exercise] = [n for n, cell in enumerate(notebook.cells) if cell.id == "exercise-1-1-dot-product-scores-2"]
    code = [cell for cell in notebook.cells[:exercise + 2] if cell.cell_type == "code"]
    view = nbformat.v4.new_code_cell("interactive.masks(Q, K, K, words, words)")
    answer = code[-2].source.replace("raise NotImplementedError", "return k @ q.T")
    assert answer != code[-2].source
    code[-2:-1] = [view, nbformat.v4.new_code_cell(answer)]
    page = open_lab(nbformat.v4.new_notebook(cells=code, metadata=notebook.metadata), "zh")
    page.evaluate(RUN_ALL)
    panel = page.locator(".jp-OutputArea-output", has_text="还不对").filter(has_text="恰好").first
    panel.wait_for()
    told = panel.inner_text()
    assert "恰好" in told and "exactly" not in told and "Not yet" not in told
    shown = page.locator(".course-view")
    shown.get_by_role("button", name="因果", exact=True).click()
    shown.get_by_text("16 个格子里关上了 6 个").first.wait_for()
    assert shown.get_by_label("掩码", exact=True).locator("td.masked").count() == 6
