"""What a browser would make of a page: its elements, and what in them could run or load."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

_LOADING = {"src", "href", "action", "formaction", "data", "srcset", "background", "poster"}
_OWN = ("/", "#", "?")
_HARMLESS = (*_OWN, "https://", "http://", "mailto:")
_UNWANTED = {
    "iframe", "object", "embed", "applet", "base", "svg", "math", "style", "template", "frame",
    "marquee", "keygen", "plaintext", "xmp", "isindex", "image", "audio", "video",
}  # fmt: skip


@dataclass
class Markup(HTMLParser):
    """The start tags of a page with the names of their attributes, and the dangerous ones."""

    elements: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    dangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _ in attrs))))
        values = {name: (value or "").strip().lower() for name, value in attrs}
        own_script = tag == "script" and values.get("src", "").startswith(_OWN[0])
        if tag in _UNWANTED or (tag == "script" and not own_script):
            self.dangers.append(tag)
        if tag == "meta" and "http-equiv" in values:
            self.dangers.append("meta http-equiv")
        for name, value in values.items():
            known = _HARMLESS if tag == "a" else _OWN
            loads = name in _LOADING and value and not value.startswith(known)
            if name.startswith("on") or name in {"style", "srcdoc"} or loads:
                self.dangers.append(f"{tag} {name}={value}")


def read(page: str) -> Markup:
    """Return what a page consists of."""
    markup = Markup()
    markup.feed(page)
    markup.close()
    return markup
