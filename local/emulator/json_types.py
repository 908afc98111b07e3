"""Types of the JSON that the emulator hands to its extensions: untyped by nature, so named once, here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""A request, response, resource or event of the emulator, as its modules keep it."""
JsonView: TypeAlias = Mapping[str, Any]
"""The same where it is only read."""
JsonResponse: TypeAlias = tuple[int, dict[str, str], Any]
"""Status, headers and body, as the emulator's services return them."""
