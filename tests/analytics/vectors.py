"""Reference values, each with where it comes from."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "vectors"


def vectors(name: str) -> dict[str, dict[str, Any]]:
    """Give the vectors of a file by their name."""
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return {vector["id"]: vector for vector in document["vectors"]}
