"""Links and commands in the documentation: every relative link and anchor exists, every command and module can be called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from cli.app import app
from cli.data import prepare_drop
from cli.mapping.choices import Choices
from cli.mapping.reading import Conversation

ROOT = Path(__file__).resolve().parents[2]
GENERATED_OR_FOREIGN = {"node_modules", "cdk.out", "__pycache__"}
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
COMMAND = re.compile(r"\./signify +([a-z]+(?:-[a-z]+)*)\b([^`|\n#;]*)")
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")
MODULE = re.compile(r"python -m ([a-z_]+(?:\.[a-z_]+)*)")


def markdown_files() -> Iterator[Path]:
    """Every Markdown file of the repository, without hidden folders and those of other projects."""
    for path in sorted(ROOT.rglob("*.md")):
        folders = path.relative_to(ROOT).parent.parts
        if not any(folder.startswith(".") or folder in GENERATED_OR_FOREIGN for folder in folders):
            yield path


FILES = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in markdown_files()}


def links(text: str) -> list[str]:
    """The targets of links that lead into the repository, outside code blocks."""
    return [target for target in LINK.findall(FENCE.sub("", text)) if not re.match(r"[a-z]+:", target)]


def anchors(text: str) -> set[str]:
    """The anchors of a page, as GitHub derives them from its headings: a repeated heading gets a number."""
    repeats: Counter[str] = Counter()
    names = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        plain = LINK.sub("", heading).replace("[", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        names.add(f"{slug}-{repeats[slug]}" if repeats[slug] else slug)
        repeats[slug] += 1
    return names


@cache
def commands() -> dict[str, set[str]]:
    """The options of every `./signify` command; those of a group of commands are the options of all its commands."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    members = {
        name: command.commands.values() if isinstance(command, TyperGroup) else [command] for name, command in group.commands.items()
    }
    return {name: {option for each in commands for param in each.params for option in param.opts} for name, commands in members.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Rows: `TYPE`, 5 %\n## Why?\n## Why?", {"rows-type-5-", "why", "why-1"}),
        ("# One [page](other.md)\n```sh\n# no heading\n```", {"one-page"}),
    ],
)
def test_anchors_are_those_of_github(text: str, expected: set[str]) -> None:
    assert anchors(text) == expected


@pytest.mark.parametrize("name", FILES)
def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading(name: str) -> None:
    for target in links(FILES[name]):
        path, _, anchor = unquote(target).partition("#")
        file = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert file.exists(), f"{name} links to {target}, which does not exist"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file.read_text(encoding="utf-8")), f"{name} links to {target}: no such heading"


@pytest.mark.parametrize("name", FILES)
def test_every_command_and_option_exists(name: str) -> None:
    for command, arguments in COMMAND.findall(FILES[name]):
        assert command in commands(), f"{name}: ./signify {command}"
        own_arguments = arguments.partition(" -- ")[0]
        unknown_options = set(OPTION.findall(own_arguments)) - commands()[command] - {"--help"}
        assert not unknown_options, f"{name}: ./signify {command} has no option {', '.join(sorted(unknown_options))}"


def required_options(words: Sequence[str]) -> set[str]:
    """The options without which the command of these words is refused."""
    command: typer.core.TyperCommand | TyperGroup = typer.main.get_command(app)  # type: ignore[assignment]
    for word in words:
        if isinstance(command, TyperGroup) and word in command.commands:
            command = command.commands[word]  # type: ignore[assignment]
    return {param.opts[0] for param in command.params if param.required and param.opts[0].startswith("--")}


@pytest.mark.parametrize("name", FILES)
def test_every_command_to_copy_has_the_options_that_it_requires(name: str) -> None:
    for block in FENCE.findall(FILES[name]):
        for command, arguments in COMMAND.findall(block) if block.startswith("```sh") else []:
            missing_options = required_options([command, *arguments.split()[:1]]) - set(OPTION.findall(arguments))
            assert not missing_options, f"{name}: ./signify {command} {arguments.strip()} lacks {', '.join(sorted(missing_options))}"


def test_the_first_deploy_uploads_sample_files_of_which_each_is_recognised(tmp_path: Path) -> None:
    [pattern] = re.findall(r"\./signify drop sample-data/\{([a-z,]+)\}-\*", FILES["docs/first_deploy.md"])
    invoke = CliRunner().invoke(app, ["sample", str(tmp_path)])
    assert invoke.exit_code == 0
    paths = [path for prefix in pattern.split(",") for path in tmp_path.glob(f"{prefix}-*")]
    assert {prepare_drop(path, Choices(), Conversation()).key.split("/")[1] for path in paths} == {"demand_history", "orders"}
    assert any(path.name.startswith("history-") for path in paths), "without the history there is nothing to forecast"


@pytest.mark.parametrize("name", FILES)
def test_every_module_that_is_called_exists(name: str) -> None:
    for module in MODULE.findall(FILES[name]):
        assert find_spec(module) is not None, f"{name}: python -m {module}"
