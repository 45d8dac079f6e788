"""The schemas that ship are those that `checker schema` prints, and every file that ships names the one it fits.

An editor that goes by the first line of a YAML file (`# yaml-language-server: $schema=`, a path relative to the file)
completes and explains its keys without a network. `PYTHONPATH=. python tests/test_schema_files.py` writes them anew.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import shipped_policies

from checker.document import strict
from checker.document.schema import EXAMPLES, instance_of
from checker.lang.parse import parse
from checker.load.facts import CORE
from checker.load.policies import load_folders, shipped
from checker.read.layout import FOLDER as LAYOUTS
from checker.schemas import schema
from checker.values import parse_value

LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
AGREEMENTS = [folder.path for folder in load_folders()]


def schema_files() -> Iterator[tuple[Path, str, str | None]]:
    """Yield every file of a schema, with its name and the agreement whose facts are in it."""
    yield CORE.with_name("facts.schema.json"), "facts", None
    yield LAYOUTS / "layout.schema.json", "layout", None
    for folder in AGREEMENTS:
        for name in ("policy", "facts", "batch", "book", "cases"):
            yield folder / "schemas" / f"{name}.schema.json", name, folder.name


def yaml_files() -> list[Path]:
    """Return every YAML file that ships."""
    code = [CORE, *LAYOUTS.glob("*.yaml")]
    return sorted([*code, *(path for path in shipped().rglob("*.y*ml"))])


SCHEMAS = list(schema_files())
each_schema = pytest.mark.parametrize("path", [path for path, _, _ in SCHEMAS], ids=lambda path: path.name)
each_yaml = pytest.mark.parametrize("path", yaml_files(), ids=lambda path: path.name)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def parts(of: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside a schema, with where it stands."""
    if isinstance(of, dict):
        yield path, of
        for name in ("properties", "patternProperties"):
            for key, inner in of.get(name, {}).items():
                yield from parts(inner, f"{path}/{key}")
        for name in ("items", "additionalProperties"):
            yield from parts(of.get(name), f"{path}/*")
        for inner in of.get("anyOf", []):
            yield from parts(inner, path)


@pytest.mark.parametrize(("path", "name", "agreement"), SCHEMAS, ids=[f"{p.parent.name}/{n}" for p, n, _ in SCHEMAS])
def test_a_schema_that_ships_is_the_one_that_is_printed(path: Path, name: str, agreement: str | None) -> None:
    assert path.read_text("utf-8") == schema(name, shipped_policies(), agreement)


def test_there_is_no_other_schema_beside_a_policy() -> None:
    assert {*shipped().rglob("*.schema.json")} == {path for path, _, agreement in SCHEMAS if agreement}


@each_schema
def test_every_key_is_described_and_every_record_has_a_title(path: Path) -> None:
    found = list(parts(read(path)))
    keys = {f"{at}/{key}": inner for at, one in found for key, inner in one.get("properties", {}).items()}
    assert [at for at, inner in keys.items() if not inner.get("description")] == []
    assert [at for at, one in found if "properties" in one and not one.get("title")] == []


@each_schema
def test_every_date_amount_and_expression_has_examples_that_the_schema_accepts(path: Path) -> None:
    found = list(parts(read(path)))
    amounts = [["string", "integer"], ["string", "number"]]
    typed = [(at, one) for at, one in found if one.get("format") == "date" or one.get("type") in amounts]
    assert [at for at, one in typed if not one.get("examples")] == []
    examples = [(one, example) for _, one in found for example in one.get("examples", [])]
    assert [example for one, example in examples if not jsonschema.Draft7Validator(one).is_valid(example)] == []
    assert examples


def test_an_example_of_a_type_is_one() -> None:
    assert {kind: str(parse_value(kind, text)) for kind, text in EXAMPLES.items()} == EXAMPLES


@pytest.mark.parametrize(("file", "least"), [("policy", 12), ("layout", 3)])
def test_an_example_of_an_expression_is_one(file: str, least: int) -> None:
    [path] = {path for path, name, _ in SCHEMAS if name == file}
    codes = [text for _, one in parts(read(path)) if one.get("pattern") == r"\S" for text in one.get("examples", [])]
    assert [str(parse(text)) for text in codes] == codes
    assert len(codes) >= least


@each_yaml
def test_a_file_that_ships_names_a_schema_beside_it_that_it_fits(path: Path) -> None:
    line = LINE.match(path.read_text("utf-8"))
    assert line, "its first line is `# yaml-language-server: $schema=...`"
    found = (path.parent / line[1]).resolve()
    assert found in [schema_file.resolve() for schema_file, _, _ in SCHEMAS]
    validator = jsonschema.Draft7Validator(read(found), format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(instance_of(strict.load(path).root))] == []


@each_yaml
def test_it_fits_no_schema_of_another_kind(path: Path) -> None:
    named = (path.parent / LINE.findall(path.read_text("utf-8"))[0]).resolve().name
    others = [read(other) for other, _, _ in SCHEMAS if other.name != named]
    instance = instance_of(strict.load(path).root)
    assert [one["title"] for one in others if jsonschema.Draft7Validator(one).is_valid(instance)] == []


if __name__ == "__main__":
    for schema_file, kind, of in SCHEMAS:
        schema_file.parent.mkdir(exist_ok=True)
        schema_file.write_text(schema(kind, shipped_policies(), of), "utf-8")
