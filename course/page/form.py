"""A form in the notebook for what a page says of its translator."""
import html
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets

from course._words import later, say
from course.page.saved import About, in_words

__all__ = ["AboutForm"]

_FIELDS = {"source": later("from"), "source_code": later("its code"), "target": later("to"),
           "target_code": later("its code"), "trained": later("trained with"), "score": later("score"),
           "licence": later("licence"), "examples": later("examples")}


class AboutForm(ipywidgets.VBox):
    """Fields for an `About`, and a button that hands over what stands in them. Where no kernel runs, a table remains.

    Args:
        about: what the fields begin with.
        write: called with an `About` when the button is pressed; it returns the path of what it has written. The form
            shows it or, if it raises OSError or ValueError, the message.
    """

    def __init__(self, about: About, write: Callable[[About], Path]):
        self._write, about = write, in_words(about)
        self.fields = {name: self._field(name, getattr(about, name)) for name in _FIELDS}
        self.button = ipywidgets.Button(description=say("Write the page"), icon="file")
        self.button.on_click(lambda _: self._pressed())
        self.said = ipywidgets.HTML()
        rows = [ipywidgets.HBox([self.fields[name], self.fields[f"{name}_code"]]) for name in ("source", "target")]
        super().__init__([*rows, *(self.fields[name] for name in ("trained", "score", "licence", "examples")),
                          ipywidgets.HBox([self.button, self.said])])

    def about(self) -> About:
        """What stands in the fields; each line of the examples is one, and empty ones do not count."""
        texts = {name: field.value.strip() for name, field in self.fields.items()}
        lines = [line.strip() for line in texts.pop("examples").splitlines()]
        return About(**texts, examples=tuple(line for line in lines if line))

    def _field(self, name: str, value: Any) -> ipywidgets.Text | ipywidgets.Textarea:
        several = name == "examples"
        kind = ipywidgets.Textarea if several else ipywidgets.Text
        narrow = name.endswith("_code")
        return kind("\n".join(value) if several else value, description=say(_FIELDS[name]),
                    placeholder=say("a sentence in each line") if several else "",
                    layout={"width": "12em" if narrow else "20em" if f"{name}_code" in _FIELDS else "44em"},
                    style={"description_width": "7em"})

    def _pressed(self) -> None:
        try:
            path = self._write(self.about())
            said = f"{path}: {Path(path).stat().st_size / 1e6:.2f} MB"
        except (OSError, ValueError) as error:
            said = str(error)
        self.said.value = f'<span role="status">{html.escape(said)}</span>'

    def _repr_mimebundle_(self, **options: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        widget = super()._repr_mimebundle_(**options)
        data, metadata = widget if isinstance(widget, tuple) else (widget or {}, {})
        rows = [(say(_FIELDS[name]), field.value) for name, field in self.fields.items()]
        cells = "".join(f"<tr><th>{html.escape(label)}</th><td>{html.escape(text)}</td></tr>" for label, text in rows)
        plain = "\n".join(f"{label}: {text}" for label, text in rows)
        return {**data, "text/plain": plain, "text/html": f"<table>{cells}</table>"}, metadata
