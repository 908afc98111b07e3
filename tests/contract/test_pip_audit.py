"""The real pip-audit, with a vulnerability service of the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.audit import Vulnerability, audit
from tools.pins import Pin

pytestmark = pytest.mark.slow

OLD, NEW, OTHER = Pin("urllib3", "1.26.4"), Pin("urllib3", "2.8.0"), Pin("idna", "3.20")
ENTRY = {
    "id": "PYSEC-2021-108",
    "affected": [
        {
            "package": {"name": "urllib3", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.26.5"}]}],
        }
    ],
}


class OsvHandler(BaseHTTPRequestHandler):
    """Return the response of OSV to a query: one vulnerability of the old version, an empty object for anything else."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_vulnerable = (query["package"]["name"], query["version"]) == (OLD.name, OLD.version)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"vulns": [ENTRY]} if is_vulnerable else {}).encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Keep the output of the tests clean."""


@pytest.fixture(scope="module")
def osv_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OsvHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def test_the_vulnerable_one_of_two_versions_is_found(osv_url: str) -> None:
    report = audit([OLD, NEW, OTHER], osv_url)
    assert report.vulnerabilities == (Vulnerability(OLD, "PYSEC-2021-108", ("1.26.5",)),)
    assert not report.unchecked_pins


def test_a_service_that_cannot_be_reached_leaves_every_pin_unchecked() -> None:
    report = audit([OLD, OTHER], "http://127.0.0.1:9/v1/query")
    assert set(report.unchecked_pins) == {OLD, OTHER}
    assert all("127.0.0.1" in reason for reason in report.unchecked_pins.values())
