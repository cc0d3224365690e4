"""PDF files from a Typst layout and data. Only the fonts of the packages FONTS are used, and they are embedded."""

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

FONTS = ("manimgx_fonts", "manimgx_fonts_cjk")  # packages of font files: Noto Sans of all scripts, Noto Emoji


@cache
def _fonts() -> typst.Fonts:
    folders = [Path(str(files(package))) for package in FONTS]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def han_font(text: str) -> str:
    """The font of the Han characters in the text: Japanese beside kana, Korean beside Hangul, otherwise Chinese."""
    if re.search("[\u3040-\u30ff]", text):
        return "Noto Sans CJK JP"
    return "Noto Sans CJK KR" if re.search("[\u1100-\u11ff\uac00-\ud7af]", text) else "Noto Sans CJK SC"


def compiled(layout: bytes, data: Any) -> bytes:
    """The layout filled with the data (`sys.inputs.data`, JSON) as a tagged PDF (PDF/UA-1, ISO 14289-1).

    The same input gives the same bytes on every machine. If no font has a character, the PDF cannot conform to PDF/UA
    and is made without that claim.
    """
    sources = {"data": json.dumps(data), "han_font": han_font(json.dumps(data, ensure_ascii=False))}
    try:
        return _made(layout, sources, standards=["ua-1"])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _made(layout, sources, standards=[])


def _made(layout: bytes, sources: dict[str, str], *, standards: Any) -> bytes:
    made = typst.compile(layout, format="pdf", sys_inputs=sources, pdf_standards=standards, font_paths=_fonts())
    return bytes(made)
