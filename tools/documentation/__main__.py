"""Write every generated page, and the definitions of the metrics for the API."""

from kpi_engine import catalogue
from local.state import ROOT
from tools.documentation import cost, datasets, kpis, licences, quality_codes, rights, settings

FILES = {
    "docs/kpis.md": kpis.page,
    "docs/settings.md": settings.page,
    "docs/datasets.md": datasets.page,
    "docs/quality_codes.md": quality_codes.page,
    "docs/cost.md": cost.page,
    "docs/rights.md": rights.page,
    "docs/licences.md": licences.page,
    "kpi_engine/definitions/definitions.json": catalogue.definitions_file,
}

for name, write in FILES.items():
    path = ROOT / name
    path.write_text(write(), encoding="utf-8")
    print(path.relative_to(ROOT))
