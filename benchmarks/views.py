"""How long a view takes to answer, in Chromium, at 20 tokens and 8 heads.

    python benchmarks/views.py

For each interaction: the time from the event until everything is drawn anew and laid out, the
median and the longest of 40, and the mean time that the processor worked, which does not depend on
what else the machine is doing. Views that ask the kernel answer in the page first; the time that
Python takes for its part is measured apart. The goal is 50 ms.
"""
import shutil
import statistics
import time

import numpy as np
from playwright.sync_api import sync_playwright

from course.transformer import sinusoidal_encoding
from course.views import interactive
from course.views.stages import softmax, stages

TOKENS, HEADS, TIMES = 20, 8, 40
MEASURE = """([selector, type, options, times]) => {
  const took = [];
  for (let n = 0; n < times; n++) {
    const all = document.querySelectorAll(selector), node = all[(n * 37) % all.length];
    const start = performance.now();
    if (type === 'click') node.click();
    else if (type === 'input') { node.value = Number(node.min) + n % (node.max - node.min + 1);
      node.dispatchEvent(new Event('input', { bubbles: true })); }
    else node.dispatchEvent(type === 'keydown' ? new KeyboardEvent(type, { bubbles: true, ...options })
      : new MouseEvent(type, { bubbles: true }));
    document.body.offsetHeight;
    took.push(performance.now() - start);
  }
  return took;
}"""


def main() -> None:
    rng = np.random.default_rng(0)
    words = [f"word{n}" for n in range(TOKENS)]
    q, k, v = (rng.normal(size=(TOKENS, 16)) for _ in range(3))

    def attention(q, k, v, mask=None):
        steps = stages(q, k, v, mask)
        return steps["mix"], steps["softmax"]

    weights = softmax(rng.normal(size=(2, HEADS, TOKENS, TOKENS)))
    cell = "table[role=grid] td.cell"
    mask = interactive.masks(q, k, v, words, words, attention=attention)
    cases = [
        ("stepper, hover", interactive.view(attention, q, k, v, None, words, words), cell, "mouseover", {}),
        ("stepper, stage", interactive.view(attention, q, k, v, None, words, words), "input[type=radio]", "click", {}),
        ("heads, hover", interactive.heads(weights[0], words, words), cell, "mouseover", {}),
        ("heads, another head", interactive.heads(weights[0], words, words), "button:has(canvas)", "click", {}),
        ("layers, another head", interactive.layers({"encoder": (weights, words, words)}), "button:has(canvas)",
         "click", {}),
        ("masks, a cell", mask, "table[aria-label=mask] td.cell", "click", {}),
        ("plane, a key", interactive.drag([1, 2], rng.uniform(-3, 3, (TOKENS, 2)), rng.uniform(-3, 3, (TOKENS, 2)),
                                          words), "circle[tabindex]", "keydown", {"key": "ArrowUp"}),
        ("temperature, d_k", interactive.temperature(TOKENS), "input[type=range]", "input", {}),
        ("positions, a slider", interactive.positions(sinusoidal_encoding, TOKENS), "input[type=range]", "input", {}),
        ("splitting, a slider", interactive.shapes(), "input[type=range]", "input", {}),
        ("alignment, hover", interactive.alignment({"mean": weights[0, 0]}, words, words, {(0, 0)}), cell, "mouseover",
         {}),
    ]
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for name, view, selector, kind, options in cases:
            page = browser.new_page()
            page.set_content(view.page())
            page.wait_for_selector("html[data-ready=yes]", state="attached")
            meter = page.context.new_cdp_session(page)
            meter.send("Performance.enable", {"timeDomain": "threadTicks"})
            before = worked(meter)
            took = page.evaluate(MEASURE, [selector, kind, options, TIMES])
            busy = (worked(meter) - before) / TIMES
            print(f"{name:22} median {statistics.median(took):6.1f} ms   longest {max(took):6.1f} ms   "
                  f"processor {busy:6.1f} ms")
            page.close()
        browser.close()
    took = []
    for n in range(TIMES):
        allowed = np.tril(np.ones((TOKENS, TOKENS), dtype=bool))
        allowed[n % TOKENS, 0] = False
        start = time.perf_counter()
        mask.mask = allowed.tolist()
        took.append(1000 * (time.perf_counter() - start))
    print(f"{'masks, in Python':22} median {statistics.median(took):6.1f} ms   longest {max(took):6.1f} ms")


def worked(meter) -> float:
    """Milliseconds of processor time that the page has used."""
    metrics = {metric["name"]: metric["value"] for metric in meter.send("Performance.getMetrics")["metrics"]}
    return 1000 * metrics["TaskDuration"]


if __name__ == "__main__":
    main()
