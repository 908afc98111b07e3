"""The file of bad rows that `signify drop` writes: the columns of the dropped file, and these beside them. Ingestion ignores them."""

from __future__ import annotations

LINE_COLUMN = "signify_line"
CODE_COLUMN = "signify_code"
REASON_COLUMN = "signify_reason"
ADDED_COLUMNS = (LINE_COLUMN, CODE_COLUMN, REASON_COLUMN)
