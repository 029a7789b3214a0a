"""Make the pictures of the README again: `python docs/screenshots.py`, with Chromium and the test packages.

A JupyterLab of its own opens a notebook of three cells; the outputs of two of them become
docs/images/check.png and view.png; with `COURSE_LANG=zh`, check.zh.png and view.zh.png.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
from PIL import Image
from playwright.sync_api import sync_playwright

from course._words import language

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
ENDING = "" if language() == "en" else f".{language()}"
SETUP = """import math
import numpy as np
from classroom import evaluate
from course.views import interactive
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
words = ["the", "black", "cat", "sleeps"]
def attention(q, k, v):
    powers = np.exp(q @ k.T / math.sqrt(q.shape[-1]))
    weights = powers / powers.sum(axis=-1, keepdims=True)
    return weights @ v, weights
def scaled_too_late(q, k, v):
    scores = q @ k.T
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = powers / powers.sum(axis=-1, keepdims=True) / math.sqrt(q.shape[-1])
    return weights @ v, weights"""
PICTURES = {
    "check": 'evaluate("1.3", scaled_too_late)',
    "view": 'interactive.view(attention, Q, K, V, queries=words, keys=words, features=["masc.", "dark", "alive"])',
}
RUN_ALL = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await jupyterapp.commands.execute('notebook:run-all-cells');
}"""


def main() -> int:
    """Start JupyterLab, take the pictures, end it."""
    with tempfile.TemporaryDirectory(prefix="course-screenshots-") as folder:
        home = Path(folder)
        cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, *PICTURES.values())]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), home / "pictures.ipynb")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {
            "HOME": folder, "JUPYTER_CONFIG_DIR": folder, "JUPYTER_DATA_DIR": folder, "JUPYTER_RUNTIME_DIR": folder,
            "IPYTHONDIR": folder, "COURSE_STATE": folder, "PYTHONPATH": str(ROOT), "COURSE_LANG": language(),
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
             "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
             "--expose-app-in-browser", f"--ServerApp.root_dir={folder}"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait(f"http://127.0.0.1:{port}/api", server)
            take(f"http://127.0.0.1:{port}/lab/tree/pictures.ipynb?reset")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    return 0


def wait(address: str, server: subprocess.Popen, seconds: int = 120) -> None:
    """Return when the server answers; RuntimeError if it ends or does not answer in time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address).close()
            return
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("JupyterLab did not start") from None
            time.sleep(0.3)


def take(address: str) -> None:
    """Run the notebook in Chromium and save the output of each cell but the first."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1180, "height": 3000})
        page.set_default_timeout(120_000)
        page.goto(address)
        page.wait_for_function("() => window.jupyterapp && window.jupyterapp.shell.currentWidget?.context")
        page.evaluate(RUN_ALL)
        outputs = page.locator(".jp-CodeCell .jp-OutputArea-output")
        page.wait_for_function(
            f"() => document.querySelectorAll('.jp-CodeCell .jp-OutputArea-output').length >= {len(PICTURES)}")
        page.wait_for_selector(".jp-OutputArea-output table >> nth=0", state="attached")
        page.wait_for_timeout(3000)   # fonts and the widget's first drawing
        IMAGES.mkdir(exist_ok=True)
        for number, name in enumerate(PICTURES):
            shot = IMAGES / f"{name}{ENDING}.png"
            outputs.nth(number).screenshot(path=shot)
            Image.open(shot).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(shot, optimize=True)
            print(f"{shot.relative_to(ROOT)}: {shot.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    raise SystemExit(main())
