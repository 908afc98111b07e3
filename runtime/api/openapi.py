"""Generate docs/openapi.json: `python -m runtime.api.openapi`. The output is deterministic."""

from __future__ import annotations

import json
from pathlib import Path

from runtime.api.app import document
from runtime.api.main import app

TARGET = Path("docs/openapi.json")


def render() -> str:
    """Return the document as indented JSON, keys in the order of the code, without the address of a deployment."""
    return json.dumps(json.loads(document(app, server="/")), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    TARGET.write_text(render(), encoding="utf-8")
    print(f"wrote {TARGET}")


if __name__ == "__main__":
    main()
