"""Which characters identifiers may have: those of every language and the signs of real catalogues, but none that people cannot see.

The characters are listed as ranges of code points, since the engines that read them know different versions of Unicode: a class such as
"letters" would give them different verdicts on the same text.
"""

from __future__ import annotations

from collections.abc import Iterable

MAX_LENGTH = 50
"""Characters of an identifier."""

FORMULA_STARTS = "=+-@＝＋－＠"
"""First characters that make a spreadsheet take a text for a formula."""

SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Spaces other than the plain one: inside an identifier they are read as a plain space."""

AROUND = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\u2028\u2029\ufeff" + SPACES
"""Characters that are dropped before and after every value."""

HIDDEN = (
    *((0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200B), (0x200E, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xE000, 0xF8FF), (0xFDD0, 0xFDEF), (0xFFF0, 0xFFFF), (0xE0000, 0xE0FFF), (0xF0000, 0x10FFFF)),
)
"""Ranges of control characters, invisible characters, private characters and the mark of a damaged character (U+FFFD)."""

JOINERS = ((0x200C, 0x200D),)
"""Invisible characters that words of some languages need: allowed after a character of JOINING."""

JOINING = ((0x600, 0x8FF), (0x900, 0xDFF), (0xF00, 0xFFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA840, 0xA8DF), (0xFB50, 0xFDCF))
"""Arabic, Indic, Tibetan, Burmese, Khmer: scripts whose letters are joined or kept apart by JOINERS."""


def class_body(ranges: Iterable[tuple[int, int]]) -> str:
    r"""Return ranges of code points as they stand between the brackets of a pattern, for the engines that write \x{200B}."""
    return "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in ranges)
