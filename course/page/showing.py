"""A page beside a notebook, shown in it without being copied into it."""
import html
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from course._words import say
from course.page.packing import PageError

if TYPE_CHECKING:
    from IPython.display import HTML

__all__ = ["show_page"]


def show_page(path: Path | str, height: int = 900) -> "HTML":
    """The page in a frame, and a link to it. The notebook holds its name alone, so that it stays small.

    Args:
        path: a page in the notebook's folder, or below it; `export_page` returns it.
        height: of the frame, in pixels.

    Raises:
        PageError: if there is no such file, or it lies elsewhere, where the notebook's server cannot show it.
    """
    from IPython.display import HTML

    if not Path(path).is_file():
        raise PageError(say("there is no file {path}; `export_page` writes it", path=path))
    beside = os.path.relpath(path)
    if beside.startswith(os.pardir) or os.path.isabs(beside):
        raise PageError(say("{path} lies outside of this notebook's folder, where it cannot be shown: open it in a "
                            "browser, or export it to a name without a folder", path=path))
    address = html.escape(quote(Path(beside).as_posix()))
    title = html.escape(say("The translator, as a page"))
    return HTML(f'<p><a href="{address}" target="_blank" rel="noopener">{html.escape(Path(beside).name)}</a></p>'
                f'<embed src="{address}" type="text/html" title="{title}" '
                f'style="width: 100%; height: {int(height)}px; border: 1px solid #ccc; border-radius: 8px">')
