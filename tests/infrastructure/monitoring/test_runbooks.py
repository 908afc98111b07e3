"""Every alarm has its page, every page its alarm, and every page says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.monitoring.test_alarms import alarms
from tests.infrastructure.templates import Stage

pytestmark = pytest.mark.synth
ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "runbooks"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md") if path.stem != "README"}
# AWS Budgets has no description to link from; a file is withdrawn because a person asks for it.
WITHOUT_ALARM = {"budget", "roll-back-a-forecast", "withdraw-a-file"}
# Pages of what a stage need not have -> the stages of cdk.json that have it.
OF_SOME_STAGES = {
    "api-blocked": {"prod", "local"},
    "canary-failed": {"prod", "local"},
    "database-reader-lags": {"prod"},
    "database-pinned": set[str](),
    "undelivered-notifications": {"local"},
}
SECTIONS = [
    "Impact", "Check", "Likely causes", "Fix", "Escalate", "Resolved when", "Past incidents", "Drill",
]  # fmt: skip


def runbook_by_alarm(stage: Stage) -> dict[str, str]:
    """Alarm's short name -> page, by the description's first word."""
    pages = {}
    for name, each in alarms(stage).items():
        link = each["Properties"]["AlarmDescription"].split()[0]
        pages[re.sub(r".*/Alarms|[0-9A-F]{8}$", "", name)] = Path(link).stem
    return pages


def resources_in_commands(text: str) -> Iterator[tuple[str, str, str]]:
    """Helper, stack and name in the commands of a page; the variable of a loop stands for each of its words."""
    for helper, stack, name in re.findall(r"\b(id_of|logs_of) ([A-Z]\w+) (\$?[A-Z]\w+)", text):
        loop = re.search(rf"for {name[1:]} in ([\w ]+);", text) if name.startswith("$") else None
        yield from ((helper, stack, each) for each in (loop[1].split() if loop else [name]))


@pytest.fixture(scope="module")
def complete(synthesise: Synthesise) -> Stage:
    """The stage of the local stack with every optional resource."""
    return synthesise("local", databaseReader="true", databaseProxy="true", databaseMinCapacity="0.5")["local"]


def test_every_alarm_has_its_page_and_every_page_its_alarm(stage: Stage) -> None:
    of_others = {page for page, having in OF_SOME_STAGES.items() if stage.name not in having}
    assert set(runbook_by_alarm(stage).values()) == PAGES.keys() - WITHOUT_ALARM - of_others


def test_a_stage_with_a_reader_and_a_proxy_watches_both(complete: Stage) -> None:
    assert set(runbook_by_alarm(complete).values()) == PAGES.keys() - WITHOUT_ALARM
    assert runbook_by_alarm(complete).items() >= {("DatabaseReaderLags", "database-reader-lags"), ("DatabasePinned", "database-pinned")}


def test_links_lead_to_files(complete: Stage) -> None:
    for each in alarms(complete).values():
        assert (ROOT / each["Properties"]["AlarmDescription"].split()[0]).is_file()


def test_the_list_of_pages_names_every_alarm_with_its_severity(complete: Stage) -> None:
    rows = re.findall(r"^\| \[([a-z-]+)\]\(\1\.md\) \| (.+) \| (page|ticket) \|$", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    assert {page for page, _, _ in rows} == PAGES.keys()
    rows_by_page = {page: (text, severity) for page, text, severity in rows}
    for name, each in alarms(complete).items():
        short = re.sub(r".*/Alarms|[0-9A-F]{8}$", "", name)
        text, severity = rows_by_page[runbook_by_alarm(complete)[short]]
        assert short in text or "*FUNCTION*FunctionErrors" in text, short
        assert f"[{severity}]" in each["Properties"]["AlarmDescription"], short


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_every_section_in_order(page: str) -> None:
    assert re.findall(r"^## (.+)$", PAGES[page], re.MULTILINE) == SECTIONS


@pytest.mark.parametrize("page", PAGES)
def test_every_check_is_a_command(page: str) -> None:
    check = PAGES[page].split("## Check")[1].split("## Likely causes")[0]
    assert re.search(r"^```(sh|sql)\n.+", check, re.MULTILINE), page


@pytest.mark.parametrize("page", PAGES)
def test_commands_name_exactly_one_resource(page: str, complete: Stage) -> None:
    """`id_of STACK NAME` finds a resource by its logical id: the name and the eight characters that the CDK appends."""
    for helper, stack, name in resources_in_commands(PAGES[page]):
        resources = complete.templates[stack].document["Resources"]
        types = [resource["Type"] for logical_id, resource in resources.items() if re.fullmatch(f"{name}[0-9A-F]{{8}}", logical_id)]
        assert len(types) == 1, f"{helper} {stack} {name}: {types}"
        assert helper == "id_of" or types == ["AWS::Logs::LogGroup"], f"{helper} {stack} {name}: {types}"


@pytest.mark.parametrize("page", PAGES)
def test_pages_that_a_page_mentions_exist(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGES[page]):
        assert (FOLDER / target).resolve().is_file(), target


def test_every_drill_of_a_page_names_an_alarm_that_links_to_the_page(stages: dict[str, Stage], complete: Stage) -> None:
    local_alarms, pages = runbook_by_alarm(stages["local"]), runbook_by_alarm(complete)
    for page, text in PAGES.items():
        drill = text.split("## Drill")[1]
        names = re.findall(r"signify drill (\w+)", drill)
        assert page in WITHOUT_ALARM or names, page
        for name in names:
            assert pages[name] == page
            assert name in local_alarms or "`./signify up --set " in drill, f"{page}: {name} is not on the local stack"


def test_settings_named_on_pages_exist() -> None:
    from pydantic.alias_generators import to_camel

    from cdk.settings.model import Settings

    setting_keys = {to_camel(name) for name in Settings.model_fields}
    prefixes = "api|database|glue|log|monthly|runs|runbook|badRow|cors"
    for page, text in PAGES.items():
        names = set(re.findall(rf"`((?:{prefixes})[A-Z]\w+)`", text))
        assert names <= setting_keys, page
