"""The sentences of the product, found by reading its source: a new one without a row fails the suite."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Beside the words of each chapter, the modules of calculation that compose a sentence themselves.
ALSO = (
    "analytics/couverture/coverage.py",
    "analytics/collecte/questionnaire.py",
    "analytics/collecte/reminders.py",
    "analytics/veille/control_chart.py",
    "analytics/veille/changes.py",
    "analytics/vocabulary/received.py",
)
# What a sentence is given back as.
COMPOSED = {
    "str",
    "list[str]",
    "tuple[Changement, ...]",
    "tuple[LigneExplication, ...]",
}


@cache
def sentences() -> dict[str, str]:
    """Give the public functions that compose a sentence, each with its source."""
    return dict(sorted(_sentences()))


def _sentences() -> Iterator[tuple[str, str]]:
    words = {
        *ROOT.glob("analytics/*/words.py"),
        *ROOT.glob("analytics/*/words/*.py"),
        *(ROOT / path for path in ALSO),
    }
    for path in words:
        module = ".".join(path.relative_to(ROOT / "analytics").with_suffix("").parts)
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if node.returns and ast.unparse(node.returns) in COMPOSED:
                yield f"{module}.{node.name}", ast.get_source_segment(text, node) or ""
