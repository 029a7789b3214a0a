"""How a verdict looks: a calm panel in a notebook, plain text elsewhere."""
import html
import re
import textwrap
from typing import TYPE_CHECKING

from .verdict import Verdict

if TYPE_CHECKING:
    from .exercise import Exercise

_EDGE = {"correct": "var(--jp-success-color1, #2e7d32)", "wrong": "var(--jp-warn-color1, #b26a00)",
         "error": "var(--jp-error-color1, #b3261e)", "not attempted": "var(--jp-border-color1, #8a8a8a)",
         "hint": "var(--jp-info-color1, #0072b2)"}
_FONT = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-content-font-size1,14px)"
_PRE = ("margin:.5em 0;padding:.4em .7em;overflow-x:auto;background:var(--jp-layout-color2,rgba(128,128,128,.12));"
        "color:inherit;font-family:var(--jp-code-font-family,monospace);font-size:.93em;line-height:1.45")
_CODE = "font-family:var(--jp-code-font-family,monospace);font-size:.93em;background:none;color:inherit;padding:0"


def show(verdict: Verdict) -> bool:
    """Draw it. True if there is a notebook or an IPython prompt to draw it in."""
    return _display(as_text(verdict), as_html(verdict))


def as_text(verdict: Verdict) -> str:
    """For a terminal."""
    lines = [f"Exercise {verdict.id} · {verdict.title}: {_score(verdict)}", "",
             _plain(f"{verdict.heading} {verdict.message}")]
    if verdict.printed:
        lines += ["", "Your code printed:", textwrap.indent(_some(verdict.printed), "    ")]
    return "\n".join(lines)


def as_html(verdict: Verdict) -> str:
    """For a notebook: inline styles, the theme's colours, everything escaped."""
    body = f"<strong>{verdict.heading}</strong> {to_html(verdict.message)}"
    if verdict.printed:
        body += f"<div>Your code printed:</div><pre style='{_PRE}'>{html.escape(_some(verdict.printed))}</pre>"
    title = f"Exercise {verdict.id} · {verdict.title}"
    return _frame(verdict.status, f"{title}: {verdict.heading}", title, _score(verdict), body)


def show_hints(task: "Exercise", opened: int) -> None:
    """The first `opened` hints."""
    parts = [f"Hint {n} of {len(task.hints)}. {text}" for n, text in enumerate(task.hints[:opened], 1)]
    if opened == len(task.hints):
        parts.append(f"That was the last hint. `solution(\"{task.id}\")` shows a solution.")
    _show_text(task, "Hints", "\n\n".join(parts))


def show_solution(task: "Exercise") -> None:
    """The reference solution."""
    _show_text(task, "Solution", textwrap.indent(task.source(), "    "))


def to_html(message: str) -> str:
    """Paragraphs, indented blocks and `code`, from text that may hold anything."""
    blocks = []
    for block in re.split(r"\n\s*\n(?=\S)|\n\s*\n(?=    )", message.strip("\n")):
        if block.startswith("    "):
            blocks.append(f"<pre style='{_PRE}'>{html.escape(textwrap.dedent(block))}</pre>")
        else:
            text = re.sub(r"`([^`]+)`", rf"<code style='{_CODE}'>\1</code>", html.escape(block))
            blocks.append(f"<p style='margin:.5em 0'>{text}</p>")
    if blocks and blocks[0].startswith("<p"):
        blocks[0] = re.sub(r"^<p[^>]*>(.*)</p>$", r"<span>\1</span>", blocks[0], flags=re.S)
    return "".join(blocks)


def _show_text(task, kind: str, message: str) -> None:
    title = f"{kind} · exercise {task.id} · {task.title}"
    _display(f"{title}\n\n{_plain(message)}", _frame("hint", title, title, "", to_html(message)))


def _frame(status: str, label: str, title: str, right: str, body: str) -> str:
    return (f"<div role='group' aria-label='{html.escape(label, quote=True)}' style='{_FONT};line-height:1.5;"
            f"max-width:46em;margin:.3em 0;padding:.3em 0 .3em .9em;border-left:4px solid {_EDGE[status]};"
            "color:var(--jp-content-font-color1,inherit)'>"
            "<div style='display:flex;justify-content:space-between;gap:1em;opacity:.8;font-size:.93em'>"
            f"<span>{html.escape(title)}</span><span>{html.escape(right)}</span></div>{body}</div>")


def _display(text: str, markup: str) -> bool:
    try:
        from IPython import get_ipython
        shell = get_ipython()
    except ImportError:
        shell = None
    if shell is None:
        print(text)
        return False
    from IPython.display import display
    display({"text/plain": text, "text/html": markup}, raw=True)
    return True


def _score(verdict: Verdict) -> str:
    unit = "point" if verdict.max_points == 1 else "points"
    return f"{verdict.points} of {verdict.max_points} {unit}"


def _plain(message: str) -> str:
    """Wrapped, with indented blocks left as they are."""
    blocks = re.split(r"\n\s*\n(?=\S)|\n\s*\n(?=    )", message.strip("\n"))
    return "\n\n".join(block if block.startswith("    ") else textwrap.fill(" ".join(block.split()), 96)
                       for block in blocks)


def _some(printed: str, lines: int = 10) -> str:
    kept = printed.rstrip("\n").splitlines()
    return "\n".join(kept[:lines] + ["…"] * (len(kept) > lines))
