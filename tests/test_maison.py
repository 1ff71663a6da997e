"""The house keeps its plan: what grows past its measure is named, with its reason, in a decision note."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("analytics", "data", "pages")
MOST_LINES, MOST_FILES, MOST_PARAMETERS, MOST_CHAPTERS = 450, 12, 8, 14
NOTES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "decisions").glob("*.md"))


def modules(*layers: str) -> Iterator[tuple[str, Path]]:
    for layer in layers:
        for path in sorted((ROOT / layer).rglob("*.py")):
            if "versions" not in path.parts:  # migrations stay as they were the day they were written
                yield path.relative_to(ROOT).as_posix(), path


def test_every_chapter_is_a_folder() -> None:
    assert {path.name for path in (ROOT / "analytics").glob("*.py")} == {"__init__.py", "methode.py"}
    # A folder that a move emptied may keep what Python compiled there.
    folders = [path for path in (ROOT / "analytics").iterdir() if any(path.rglob("*.py"))]
    assert len(folders) <= MOST_CHAPTERS


def test_a_long_module_is_named_in_a_decision_note() -> None:
    long = {name for name, path in modules(*LAYERS) if len(path.read_text().splitlines()) > MOST_LINES}
    assert {name for name in long if f"`{name}`" not in NOTES} == set()


def test_a_full_folder_is_named_in_a_decision_note() -> None:
    held = Counter(Path(name).parent.as_posix() for name, path in modules(*LAYERS) if path.stem != "__init__")
    full = {folder for folder, count in held.items() if count > MOST_FILES}
    assert {folder for folder in full if f"`{folder}/`" not in NOTES} == set()


def test_a_function_of_many_parameters_is_named_in_a_decision_note() -> None:
    heavy: set[str] = set()
    for name, path in modules(*LAYERS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                asked = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if len([each for each in asked if each.arg not in {"self", "cls"}]) > MOST_PARAMETERS:
                    heavy.add(f"{name}:{node.name}")
    assert {each for each in heavy if f"`{each}`" not in NOTES} == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_one_class_name_means_one_thing_in_a_layer(layer: str) -> None:
    defined: dict[str, list[str]] = defaultdict(list)
    for name, path in modules(layer):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined[node.name].append(name)
    twice = {nom for nom, places in defined.items() if len(places) > 1}
    assert {nom for nom in twice if f"classe `{nom}`" not in NOTES} == set()
