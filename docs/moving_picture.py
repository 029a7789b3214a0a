"""Make the moving picture of the README again: `python docs/moving_picture.py`, with Chromium and the test packages.

The view of lesson 01 takes a function apart that divides by √d_k too late. As the page that an exported notebook holds,
it is stepped through in Chromium, and becomes docs/images/stepper.gif; with `COURSE_LANG=zh`, stepper.zh.gif.
"""
import io
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from course._words import language
from course.views import interactive

ENDING = "" if language() == "en" else f".{language()}"
IMAGE = Path(__file__).resolve().parent / "images" / f"stepper{ENDING}.gif"
WIDTH, HEIGHT, COLOURS = 860, 400, 64
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
WORDS = ["the", "black", "cat", "sleeps"]
# The stage, the cell of its last table that is pointed at, and for how many milliseconds it is seen.
STEPS = [(0, None, 1500), (0, (1, 1), 1500), (0, (1, 2), 1800), (1, None, 1000), (1, (1, 2), 1800), (3, None, 1500),
         (3, (1, 1), 2500), (3, (1, 2), 2800), (4, None, 1000), (4, (1, 1), 2800)]


def scaled_too_late(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mistake that is shown: q (T_q, d_k), k (T_k, d_k), v (T_k, d_v) -> output (T_q, d_v), weights (T_q, T_k)."""
    powers = np.exp(q @ k.T)
    weights = powers / powers.sum(axis=-1, keepdims=True) / np.sqrt(q.shape[-1])
    return weights @ v, weights


def main() -> int:
    """Step through the view, and write what is seen."""
    view = interactive.view(scaled_too_late, Q, K, V, queries=WORDS, keys=WORDS, features=["masc.", "dark", "alive"])
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page.set_content(view.page())
        frames = [seen(page, stage, cell) for stage, cell, _ in STEPS]
        browser.close()
    save(frames, [milliseconds for *_, milliseconds in STEPS])
    print(f"{IMAGE.name}: {len(frames)} pictures of {WIDTH} x {HEIGHT}, {IMAGE.stat().st_size // 1000} kB")
    return 0


def seen(page: Page, stage: int, cell: tuple[int, int] | None) -> Image.Image:
    """The view at a stage, with the pointer on a cell of the stage's last table."""
    page.locator("fieldset").first.locator("label").nth(stage).click()
    page.mouse.move(WIDTH - 1, HEIGHT - 1)
    if cell is not None:
        page.locator("figure").last.locator("tbody tr").nth(cell[0]).locator("td").nth(cell[1]).hover()
    page.wait_for_timeout(200)                # a frame or two, in which the browser draws
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save(frames: list[Image.Image], milliseconds: list[int]) -> None:
    """A GIF that begins again at its end; one palette for all pictures, so that nothing flickers."""
    strip = Image.new("RGB", (WIDTH, HEIGHT * len(frames)))
    for n, frame in enumerate(frames):
        strip.paste(frame, (0, n * HEIGHT))
    palette = strip.quantize(COLOURS)
    flat = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    flat[0].save(IMAGE, save_all=True, append_images=flat[1:], duration=milliseconds, loop=0, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
