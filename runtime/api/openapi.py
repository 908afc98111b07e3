"""Writes docs/openapi.json: `python -m runtime.api.openapi`. The same code gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

from runtime.api.app import document
from runtime.api.main import app

TARGET = Path("docs/openapi.json")


def rendered() -> str:
    """The document, indented, keys as the code orders them, without the address of any deployment."""
    return json.dumps(json.loads(document(app, server="/")), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    TARGET.write_text(rendered(), encoding="utf-8")
    print(f"wrote {TARGET}")


if __name__ == "__main__":
    main()
