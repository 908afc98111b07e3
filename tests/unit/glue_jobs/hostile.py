"""Texts that reach every field of every data set sooner or later, most of them chosen because two engines could read them differently."""

from __future__ import annotations

BLANK = ("", " ", "   ", "\t", "\n", "\u00a0", "\u3000", "\ufeff")
NUMBERS = (
    "0",
    "-0",
    "+5",
    "-5",
    "-0.001",
    "5.",
    ".5",
    "5.000",
    "5.0001",
    "0005",
    "99999999999.999",
    "100000000000",
    "12345678901234567890",
)
NOT_PLAIN = ("1e309", "1e3", "NaN", "nan", "inf", "-inf", "Infinity", "1,5", "1.000,5", "1_000", "1 000", "0x10", "£5", "5 EA", "twelve")
UNICODE_DIGITS = ("٣", "５", "²", "½", "५.५")
PADDED = (" 5 ", "5\n", "\n5", "5\r\n", "5\t", "\u00a05", "5\u2009", "5\u2028", "5\u0085", "5\u200b")
WORDS = ("null", "NULL", "SKU 1", "SKU\n1", "SKU-1\n", "a:b", "CODE: is not", "'quoted'", "$1 \\1", "%s {}", "--", "x' OR '1'='1", "<b>")
FORMULAS = ("=cmd()", "+cmd()", "-cmd()", "@cmd()", "\t=cmd()")
LENGTHS = ("X" * 50, "X" * 51, "X" * 300, "é" * 50, "𝒜" * 50, "𝒜" * 51, "x" * 100_000)
LETTERS = ("É", "E\u0301", "ẞ", "İ", "\u212a", "日本", "😀", "\ud7ff", "\uffff", "ﬀ")
BOOLEANS = ("true", "TRUE", "Yes", "yeſ", "falſe", "no", "1", "on", "t", "y", "true\n")
CODES = ("EA", "ea", "BANANAS", "EUR", "eur", "EUR\n", "EURO", "OPEN", "Open", "LOST", "ORDERED")
DATES = (
    *("0001-01-01", "0000-01-01", "1000-02-29", "1500-02-29", "1582-10-04", "1582-10-10", "1582-10-15", "1899-12-31", "1900-02-29"),
    *("1999-12-31", "2000-01-01", "2024-02-29", "2025-02-29", "2025-02-30", "2026-13-01", "2026-00-10", "2026-11-00", "9999-12-31"),
    *("2026-11-23", "2026-11-24", "2026-11-25", "20261101", "2026-11-1", "01/11/2026", "31.12.2025", "-001-01-01", "2026-11-01 (BC)"),
    *("٢٠٢٦-11-01", "infinity", "epoch", "today", "now", "2026-11-01\n"),
)
OFFSETS = ("", "Z", "z", "+01:00", "-00:00", "+14:00", "-12:00", "+18:00", "+18:01", "+19:00", "+23:59", "+24:00", "+99:99", "+05:60")
ODD_OFFSETS = ("+0100", "+01", " +01:00", "[Europe/Paris]", " UTC")
FRACTIONS = (".", ".1", ".123456", ".1234567", ",5")
CLOCKS = ("t10:00:00", " 10:00:00", "T24:00:00", "T23:59:60", "T25:00:00", "T10:60:00", "T10:00", "T1:00:00")
TIMESTAMPS = (
    *(f"2026-11-01T10:00:00{offset}" for offset in OFFSETS + ODD_OFFSETS),
    *(f"2026-11-01T10:00:00{fraction}Z" for fraction in FRACTIONS),
    *(f"2026-11-01{clock}Z" for clock in CLOCKS),
    *("2026-02-30T10:00:00Z", "2026-03-29T02:30:00+01:00", "2026-11-24T23:59:59-10:00", "2026-11-25T00:00:00+14:00"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0000-01-01T00:00:00Z", "1582-10-10T00:00:00Z", "1883-11-18T12:00:00Z"),
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59.999999Z"),
)

_VALUES = NUMBERS + NOT_PLAIN + UNICODE_DIGITS + PADDED + BOOLEANS + CODES + DATES + TIMESTAMPS
TEXTS = tuple(dict.fromkeys(BLANK + _VALUES + WORDS + FORMULAS + LENGTHS + LETTERS))
