"""The lessons' Markdown as HTML, its formulas as MathML (browsers draw it) or as TeX (a learning platform draws it)."""
import html
import re

from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

__all__ = ["MathMLRenderer", "code", "shown", "with_mathml", "with_tex"]


class MathMLRenderer(IPythonRenderer):
    """Markdown to HTML; each formula becomes MathML, which needs neither a script nor a network."""

    def inline_math(self, body: str) -> str:
        """A formula in a line, given its TeX."""
        return convert(body.strip())

    def block_math(self, body: str) -> str:
        """A formula of its own, given its TeX."""
        return convert(body.strip(), display="block")


class _TexRenderer(IPythonRenderer):
    def inline_math(self, body: str) -> str:
        return rf"\({html.escape(body.strip(), quote=False)}\)"

    def block_math(self, body: str) -> str:
        return rf"\[{html.escape(body.strip(), quote=False)}\]"


def with_mathml(markdown: str) -> str:
    """HTML whose formulas are MathML."""
    return _rendered(MathMLRenderer, markdown)


def with_tex(markdown: str) -> str:
    r"""HTML whose formulas stand between \( and \), or \[ and \], for the MathJax of a learning platform.

    It is well-formed XML as well, without styles, so that it fits into QTI; links within the course become plain text,
    since they lead nowhere from there. What looks like a tag, as <bos>, is text.
    """
    text = re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", markdown)
    return re.sub(r' style="[^"]*"', "", _rendered(_TexRenderer, text, escape=True)).strip()


def code(source: str) -> str:
    """Code as plain HTML."""
    return f"<pre><code>{html.escape(source, quote=False)}</code></pre>"


def shown(text: str) -> str:
    """What a cell has printed, as HTML."""
    return f"<pre>{html.escape(text, quote=False)}</pre>"


def _rendered(renderer: type[IPythonRenderer], markdown: str, escape: bool = False) -> str:
    made = renderer(escape=escape, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=made).render(markdown)
