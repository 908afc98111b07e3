"""Let forecasts and KPI values have as many digits as they need.

Revision 0013, after 0012. A limit of digits failed the run of every site when one series was too large for it. The new types
take the stored values as they are: PostgreSQL rewrites no row.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

QUANTITIES = ("predicted_value", "confidence_lower", "confidence_upper", "mean_value")
COLUMNS = {
    "forecasts": (QUANTITIES, "numeric(12, 2)", "numeric"),
    "kpi_metrics": (("metric_value",), "numeric(16, 4)", "numeric(30, 4)"),
    "newest_kpis": (("metric_value",), "numeric(16, 4)", "numeric(30, 4)"),
}
"""Table -> its columns, their type before and after."""


def upgrade() -> None:
    """Widen every column."""
    for table, (names, _, new_type) in COLUMNS.items():
        op.execute(f"alter table {table} {', '.join(f'alter column {name} type {new_type}' for name in names)}")


def downgrade() -> None:
    """Restore the limits; fails when a stored value is too large for its column."""
    for table, (names, old_type, _) in COLUMNS.items():
        op.execute(f"alter table {table} {', '.join(f'alter column {name} type {old_type}' for name in names)}")
