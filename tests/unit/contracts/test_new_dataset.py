"""A new data set is one new file: everything that knows data sets knows it from its contract."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CONTRACT = """dataset = "parking_tickets"
version = 1
description = "Tickets of the vehicles."
key = ["ticket_id"]
business_date = "ticket_ts"
site = "site_id"

[columns.ticket_id]
type = "identifier"
description = "Ticket."
required_column = true
nullable = false

[columns.site_id]
type = "identifier"
description = "Site."
required_column = true
nullable = false
references = "site_master"

[columns.ticket_ts]
type = "timestamp"
description = "Time of the ticket."
required_column = true
nullable = false

[columns.fine]
type = "rate"
description = "Fine."
minimum = 0
currency_column = "currency"

[columns.currency]
type = "string"
description = "Currency of the fine."
code_list = "currencies"
"""
PROGRAM = """
import json, pathlib, sys
from cli.datasets.odcs import odcs_document
from cli.mapping.sample_readers import read_sample
from cli.mapping.choices import Choices
from cli.mapping.reading import Conversation, decide_reading
from contracts import datasets
from contracts.datasets.examples import example_row
from contracts.tables import all_tables
from tools.documentation import datasets as page

contract = datasets.load_for_key("landing/parking_tickets/v1/a.csv")
row = example_row(contract, optional=True)
path = pathlib.Path(sys.argv[1]) / "a.csv"
path.write_text(",".join(row) + "\\n" + ",".join(row.values()) + "\\n")
tables = {table.name: table.hive_columns() for table in all_tables()}
print(json.dumps({
    "table": tables["curated_parking_tickets"],
    "recognised": decide_reading(path, read_sample(path), Choices(), Conversation()).dataset,
    "odcs": [each["name"] for each in odcs_document(contract)["schema"][0]["properties"]],
    "documented": "## parking_tickets" in page.page(),
    "demand": list(datasets.list_demand_names()),
}))
"""


def test_one_file_makes_a_data_set_known_everywhere(tmp_path: Path) -> None:
    """In a process of its own, with a copy of the contracts to which the file was added."""
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "contracts" / "datasets" / "parking_tickets.v1.toml").write_text(CONTRACT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))), "SIGNIFY_HOME": str(tmp_path)}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    process = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    facts = json.loads(process.stdout)
    assert facts["table"]["fine"] == "decimal(20,9)"
    assert facts["table"]["business_day"] == "date"
    assert facts["recognised"] == "parking_tickets"
    assert facts["odcs"] == ["ticket_id", "site_id", "ticket_ts", "fine", "currency"]
    assert facts["documented"]
    assert facts["demand"] == ["demand_history", "orders"]
