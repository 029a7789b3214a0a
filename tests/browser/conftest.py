"""A real browser for the views: pages without a network, whose errors on the console fail the test."""
import shutil

import pytest

from course.views.base import View

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]
# What the widget manager does between a page and a kernel, for a page that has none: changes go to Python, answers
# come back.
BRIDGE = """() => {
  const set = model.set, waiting = {};
  model.set = (name, value) => { waiting[name] = value; set(name, value); };
  model.save_changes = async () => {
    const sent = { ...waiting };
    for (const name in waiting) delete waiting[name];
    for (const [name, value] of Object.entries(await window.python(sent))) set(name, value);
  };
}"""


@pytest.fixture(scope="session")
def chromium():
    """A browser for all tests of this worker."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed, so the views were not tried in a browser")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Tab:
    """A page without a network: its errors, the addresses it asks for, and the function that answers its bridge."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(**options)
        self.context.set_offline(True)
        self.context.set_default_timeout(60_000)
        self.page, self.errors, self.asked, self.python = self.context.new_page(), [], [], None
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.expose_function("python", lambda changes: self.python(changes))


@pytest.fixture(scope="session")
def tab(chromium):
    """One for all tests of this worker: a new one for each would take longer than most of what they try."""
    return Tab(chromium)


@pytest.fixture
def open_page(chromium, tab):
    """open_page(html, width=..., reduced_motion=...) -> the page, offline, with that in it and nothing of before.

    With `own=True`, or options of a context such as `permissions`, it is a page of its own, whose storage is empty.
    Errors on the console fail the test, and so does whatever is asked for and is no file.
    """
    used, own_ones = [], []

    def opened(html=None, width=1000, color_scheme="light", reduced_motion="no-preference", own=False, **options):
        if own or options:
            own_ones.append(Tab(chromium, **options))
        one = own_ones[-1] if own or options else tab
        used.append(one)
        one.page.goto("about:blank")
        one.page.set_viewport_size({"width": width, "height": 900})
        one.page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        if html is not None:
            one.page.set_content(html)
            one.page.wait_for_selector("html[data-ready=yes]", state="attached")
        return one.page

    yield opened
    for one in used:
        one.page.goto("about:blank")
    errors = [error for one in {*used} for error in one.errors]
    asked = [url for one in {*used} for url in one.asked if not url.startswith(("file:", "data:", "about:"))]
    for one in {*used}:
        one.errors.clear()
        one.asked.clear()
    for one in own_ones:
        one.context.close()
    assert errors == [] and asked == []


@pytest.fixture
def show(open_page):
    """show(view): its exported page."""
    return lambda view, **options: open_page(view.page(), **options)


@pytest.fixture
def live(open_page, tab):
    """live(view): its page with the Python object behind it, as with a kernel."""
    def shown(view: View):
        def python(changes: dict) -> dict:
            before = view.state() | changes
            with view.hold_trait_notifications():
                for name, value in changes.items():
                    setattr(view, name, value)
            return {name: value for name, value in view.state().items() if value != before[name]}

        tab.python = python
        page = open_page(view.page().replace('"kernel":false', '"kernel":true'))
        page.evaluate(BRIDGE)
        return page
    return shown


@pytest.fixture
def read():
    """read(page, label): the numbers in the grid with that label; masked cells are 0, hidden ones None."""
    def numbers(page, label: str) -> list[list[float | None]]:
        table = page.get_by_label(label, exact=True)
        texts = table.evaluate(
            "table => [...table.tBodies[0].rows].map(row => [...row.querySelectorAll('td')].map(c => c.textContent))")
        return [[None if text == "?" else float(text.replace("−", "-") or 0) for text in row] for row in texts]
    return numbers


@pytest.fixture
def state():
    """state(page, name): a trait, as the page has it."""
    return lambda page, name: page.evaluate("name => model.get(name)", name)


@pytest.fixture
def said():
    """said(page): the line that tells what is pointed at."""
    return lambda page: page.locator(".explain").inner_text()


@pytest.fixture(scope="session")
def small_translator():
    """A model of a few thousand parameters that has learned six sentences, and its subwords."""
    import torch

    from course.tokens import Subwords
    from course.transformer import Transformer

    pairs = [("the black cat sleeps", "el gato negro duerme"), ("the cat sleeps", "el gato duerme"),
             ("the black dog eats", "el perro negro come"), ("the dog sleeps", "el perro duerme"),
             ("the cat eats", "el gato come"), ("the black cat eats", "el gato negro come")]
    subwords = Subwords.train([text for pair in pairs for text in pair], vocab_size=90)
    torch.manual_seed(0)
    model = Transformer(len(subwords), d_model=32, n_heads=4, d_ff=64, n_layers=2)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
    source, target = (torch.nn.utils.rnn.pad_sequence(
        [torch.tensor([*start, *subwords.encode(pair[side]), subwords.eos_id]) for pair in pairs],
        batch_first=True, padding_value=subwords.pad_id) for side, start in ((0, []), (1, [subwords.bos_id])))
    for _ in range(80):
        loss = torch.nn.functional.cross_entropy(
            model(source, target[:, :-1]).transpose(1, 2), target[:, 1:], ignore_index=subwords.pad_id)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model.eval(), subwords


NAMES = ("alignment", "beam", "drag", "heads", "layers", "masks", "positions", "shapes", "switches", "temperature",
         "translator", "view")


@pytest.fixture(params=NAMES)
def name(request) -> str:
    """The name of each function in `course.views.interactive`."""
    return request.param


@pytest.fixture
def make(small_translator):
    """make(name, **options): one view of each kind, from small seeded numbers, with a Chinese token in it."""
    import numpy as np

    from course.transformer import sinusoidal_encoding
    from course.views import interactive
    from course.views.beam import Node
    from course.views.stages import softmax, stages

    rng = np.random.default_rng(4)
    words, spanish = ["the", "black", "猫", "sleeps"], ["el", "gato", "negro", "duerme", "."]
    q, k, v = rng.normal(size=(5, 6)), rng.normal(size=(4, 6)), rng.normal(size=(4, 3))

    def attention(q, k, v, mask=None):
        steps = stages(q, k, v, mask)
        return steps["mix"], steps["softmax"]

    rounds = [[Node(None, "el", -0.4), Node(None, "la", -1.3), Node(None, "un", -2.9, "pruned")],
              [Node(0, "gato", -0.7), Node(0, "猫", -2.2, "pruned"), Node(1, "gata", -1.5)],
              [Node(0, "<eos>", -1.0, "best"), Node(2, "<eos>", -1.7, "finished")]]

    def made(name: str, **options):
        arguments = {
            "alignment": lambda: ({name: softmax(rng.normal(size=(5, 4))) for name in ("mean", "head 0")}, spanish,
                                  words, {(0, 0), (2, 1), (1, 2), (3, 3)}, {(0, 1)}),
            "beam": lambda: (rounds,),
            "drag": lambda: ([1, 2], [[2, 0], [-1, 1.5], [1, 3], [-2, -2]], [[3, 0], [0, 3], [-3, 0], [0, -3]], words,
                             attention),
            "heads": lambda: (softmax(rng.normal(size=(3, 4, 4)) * 2), words, words),
            "layers": lambda: ({"encoder": (softmax(rng.normal(size=(2, 3, 4, 4))), words, words),
                                "cross": (softmax(rng.normal(size=(2, 3, 5, 4))), spanish, words)},),
            "masks": lambda: (q, k, v, spanish, words, None, [3], attention),
            "positions": lambda: (sinusoidal_encoding, 12),
            "shapes": lambda: (lambda x, h: x.unflatten(-1, (h, -1)).transpose(1, 2),),
            "switches": lambda: (*small_translator, "the black cat sleeps"),
            "temperature": lambda: (words, softmax),
            "translator": lambda: (*small_translator, "the black cat sleeps"),
            "view": lambda: (attention, q, k, v, np.tril(np.ones((5, 4), dtype=bool)), spanish, words),
        }[name]()
        return getattr(interactive, name)(*arguments, **options)
    return made
