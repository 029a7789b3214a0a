"""How a verdict looks: a calm panel in a notebook, plain text elsewhere."""
import html
import re
import sys
import textwrap
from typing import Any

from course._printing import printable
from course._words import say

from .exercise import Task
from .prose import spaced, wrapped
from .remarks import in_words
from .verdict import Verdict, beginning

_EDGE = {"correct": "var(--jp-success-color1, #2e7d32)", "wrong": "var(--jp-warn-color1, #b26a00)",
         "error": "var(--jp-error-color1, #b3261e)", "not attempted": "var(--jp-border-color1, #8a8a8a)",
         "hint": "var(--jp-info-color1, #0072b2)"}
_FONT = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-content-font-size1,14px)"
_PRE = ("margin:.5em 0;padding:.4em .7em;overflow-x:auto;background:var(--jp-layout-color2,rgba(128,128,128,.12));"
        "color:inherit;font-family:var(--jp-code-font-family,monospace);font-size:.93em;line-height:1.45")
_CODE = "font-family:var(--jp-code-font-family,monospace);font-size:.93em;background:none;color:inherit;padding:0"

# *a word or two*; between Chinese characters there are no blanks.
_STRESSED = re.compile(r"(?<![\w*])\*([a-z](?:[a-z ]*[a-z])?)\*(?![\w*])|\*([\u4e00-\u9fff]+)\*")


def show(verdict: Verdict) -> bool:
    """Draw it. True if there is a notebook or an IPython prompt to draw it in."""
    global _shown_in_this_cell
    drawn_as_value()
    _shown_in_this_cell = verdict
    return _display(str(verdict), as_html(verdict))


def as_html(verdict: Verdict) -> str:
    """For a notebook: inline styles, the theme's colours, everything escaped."""
    message = spaced(f"{verdict.heading} {verdict.message}").removeprefix(verdict.heading)
    body = f"<strong>{verdict.heading}</strong>{' ' * message.startswith(' ')}{to_html(message.lstrip(' '))}"
    if verdict.printed:
        printed = html.escape(beginning(verdict.printed))
        body += f"<div>{say('Your code printed:')}</div><pre style='{_PRE}'>{printed}</pre>"
    title = say("Exercise {id} · {title}", id=verdict.id, title=verdict.title)
    label = say("{title}: {heading}", title=title, heading=verdict.heading)
    return _frame(verdict.status, label, title, verdict.score, body)


def show_hints(task: Task, opened: int) -> None:
    """The first `opened` hints."""
    parts = [say("Hint {n} of {all}. {hint}", n=n, all=len(task.hints), hint=say(text))
             for n, text in enumerate(task.hints[:opened], 1)]
    if opened == len(task.hints):
        parts.append(say("That was the last hint. `solution(\"{id}\")` shows a solution.", id=task.id))
    _show_text(say("Hints · exercise {id} · {title}", id=task.id, title=say(task.title)), "\n\n".join(parts))


def show_solution(task: Task) -> None:
    """The reference solution."""
    _show_text(say("Solution · exercise {id} · {title}", id=task.id, title=say(task.title)),
               textwrap.indent(in_words(task.source()), "    "))


def to_html(message: str) -> str:
    """Paragraphs, indented blocks and `code`, from text that may hold anything."""
    blocks = []
    for block in re.split(r"\n\s*\n(?=\S)|\n\s*\n(?=    )", message.strip("\n")):
        if block.startswith("    "):
            blocks.append(f"<pre style='{_PRE}'>{html.escape(textwrap.dedent(block))}</pre>")
        else:
            text = re.sub(r"`([^`]+)`", rf"<code style='{_CODE}'>\1</code>", html.escape(block))
            text = _STRESSED.sub(r"<em>\1\2</em>", text)
            blocks.append(f"<p style='margin:.5em 0'>{text}</p>")
    if blocks and blocks[0].startswith("<p"):
        blocks[0] = re.sub(r"^<p[^>]*>(.*)</p>$", r"<span>\1</span>", blocks[0], flags=re.S)
    return "".join(blocks)


def _show_text(title: str, message: str) -> None:
    _display(f"{title}\n\n{wrapped(message)}", _frame("hint", title, title, "", to_html(spaced(message))))


def _frame(status: str, label: str, title: str, right: str, body: str) -> str:
    return (f"<div role='group' aria-label='{html.escape(label, quote=True)}' style='{_FONT};line-height:1.5;"
            f"max-width:46em;margin:.3em 0;padding:.3em 0 .3em .9em;border-left:4px solid {_EDGE[status]};"
            "color:var(--jp-content-font-color1,inherit)'>"
            "<div style='display:flex;justify-content:space-between;gap:1em;opacity:.8;font-size:.93em'>"
            f"<span>{html.escape(title)}</span><span>{html.escape(right)}</span></div>{body}</div>")


def drawn_as_value() -> None:
    """From now on IPython shows a Verdict that is the value of a cell as its panel."""
    shell = _shell()
    if shell is not None and Verdict not in (known := shell.display_formatter.ipython_display_formatter):
        known.for_type(Verdict, _show_as_value)
        shell.events.register("post_run_cell", _forget)


def _show_as_value(verdict: Verdict) -> None:
    if verdict is not _shown_in_this_cell:        # `check` may have drawn it already
        show(verdict)


def _forget(result: Any) -> None:
    global _shown_in_this_cell
    _shown_in_this_cell = None


_shown_in_this_cell: Verdict | None = None


def _display(text: str, markup: str) -> bool:
    if _shell() is None:
        print(printable(text))
        return False
    from IPython.display import display
    display({"text/plain": text, "text/html": markup}, raw=True)
    return True


def _shell() -> Any:
    """The IPython that runs this, if one does. It is not imported for that."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
