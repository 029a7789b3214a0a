"""What the formats of a question bank share: pictures as files, XML with line ends, zips whose bytes do not change."""
import base64
import hashlib
import io
import re
import zipfile
from xml.etree import ElementTree

__all__ = ["Pictures", "archive", "indented"]

_DATA = re.compile(r'src="data:image/png;base64,([^"]+)"')


class Pictures:
    """Takes pictures out of HTML.

    Attributes:
        prefix: what stands before a file's name where the picture was.
        encoded: the pictures in base64, by name; equal pictures have one name.
    """

    def __init__(self, prefix: str):
        self.prefix = prefix
        self.encoded: dict[str, str] = {}

    def taken_from(self, html: str) -> str:
        """The HTML with a file's name in the place of each picture."""
        def named(match: re.Match) -> str:
            name = hashlib.sha256(match[1].encode()).hexdigest()[:16] + ".png"
            self.encoded[name] = match[1]
            return f'src="{self.prefix}{name}"'
        return _DATA.sub(named, html)

    def files(self) -> dict[str, bytes]:
        """The pictures by name."""
        return {name: base64.b64decode(content) for name, content in self.encoded.items()}


def indented(root: ElementTree.Element) -> bytes:
    """An XML document. Only elements without text get line ends, so that no text changes."""
    lines = list(root)
    root.text = "\n"
    for child in lines:
        child.tail = "\n"
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="utf-8") + b"\n"


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of files by name. The same files give the same bytes, whatever the day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content)
    return buffer.getvalue()
