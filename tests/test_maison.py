"""The house keeps its plan: what grows past its measure is named, with its reason, in a decision note."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("analytics", "data", "pages")
MOST_LINES, MOST_FILES, MOST_PARAMETERS, MOST_CHAPTERS = 450, 12, 8, 14
MOST_ROUTED = 60  # lines of `app.py`, and of `cli.py`
# The note of names says where things are, and excuses nothing but a name.
NAMED = ROOT / "docs" / "decisions" / "0042-noms.md"
NAMES = NAMED.read_text(encoding="utf-8")
NOTES = "\n".join(
    path.read_text(encoding="utf-8") for path in NAMED.parent.glob("*.md") if path.name != NAMED.name
)


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


def refused_words() -> set[str]:
    """Read, in the note of names, the words that a file or a class does not take."""
    rows = [line.strip("|").split("|") for line in NAMES.splitlines() if line.startswith("| ")]
    return {word for row in rows[1:] for word in re.findall(r"`(\w+)`", row[3])}


def words_of(name: str) -> set[str]:
    """Split the name of a file or of a class: « DecompteGarde » says decompte and garde."""
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")
    return {*parts, *(f"{first}{second}" for first, second in pairwise(parts))}


def test_a_word_of_the_job_has_one_name_in_files_and_classes() -> None:
    refused = refused_words()
    assert {"settlement", "statement", "drafts"} <= refused
    # One is as much refused as several.
    refused |= {f"{word}s" for word in refused}
    taken: set[str] = set()
    for name, path in modules(*LAYERS):
        places = [part.removesuffix(".py") for part in Path(name).parts]
        classes = [
            node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)
        ]
        for each in (*places, *classes):
            taken |= {f"{name}: {word}" for word in words_of(each) & refused if f"`{name}`" not in NAMES}
    assert taken == set()


def test_the_names_of_the_note_exist() -> None:
    """A word whose file has moved is followed by its note."""
    named = set(re.findall(r"`((?:analytics|data|pages)/[\w/.]+)`", NAMES))
    assert len(named) > 15
    assert {each for each in named if not (ROOT / each).exists()} == set()


# No import contract sees the two routers: what each may know, and that neither computes.
ROUTERS = {
    "app.py": {"streamlit", "starlette.middleware", "pages", "pages.commun", "pages.porte"},
    "cli.py": {
        "sys",
        "collections.abc",
        "click",
        "pydantic",
        "sqlalchemy.exc",
        "analytics.vocabulary.errors",
        "data.store.engine",
        "pages.terminal",
        "pages.terminal.french",
    },
}


@pytest.mark.parametrize("name", ROUTERS)
def test_a_router_only_routes(name: str) -> None:
    source = (ROOT / name).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MOST_ROUTED
    tree = ast.parse(source)
    known: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            known.add(node.module or "")
        # Nothing is counted, repeated or defined here; `|` only joins types.
        computes = isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitOr)
        assert not computes
        assert not isinstance(node, ast.AugAssign | ast.For | ast.While | ast.ClassDef | ast.Lambda)
    assert known <= ROUTERS[name]
    assert [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)] == ["main"]


def test_no_name_of_the_code_is_shown_to_a_reader() -> None:
    """A class renamed by its name alone once renamed the heading « Ligne » of three tables with it."""
    named: set[str] = set()
    written: dict[str, str] = {}
    for place, path in modules(*LAYERS):
        tree = ast.parse(path.read_text())
        named |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        types = {
            part
            for node in ast.walk(tree)
            for told in (getattr(node, "annotation", None), getattr(node, "returns", None))
            if told is not None
            for part in ast.walk(told)
        }
        # What is cast to is a type too.
        types |= {node.args[0] for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args}
        types |= {
            part
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            for part in ast.walk(node)
        }
        written |= {
            node.value: place
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in types
        }
    # One capital may be a French word; two are a class.
    assert {
        text: place for text, place in written.items() if text in named and text != text.capitalize()
    } == {}
