"""Write every generated page."""

from local.state import ROOT
from tools.documentation import cost, kpis, settings

for name, text in {"kpis.md": kpis.page(), "settings.md": settings.page(), "cost.md": cost.page()}.items():
    path = ROOT / "docs" / name
    path.write_text(text, encoding="utf-8")
    print(path.relative_to(ROOT))
