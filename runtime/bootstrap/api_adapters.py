"""Adapters of the ports that the API reads by, and of changes by hand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from runtime import settings
from runtime.bootstrap.connections import Connections

if TYPE_CHECKING:
    from runtime.services import object_ports, ports, read_ports
    from runtime.services.cursor_key import CursorKey
    from runtime.services.insights import ports as insight_ports


class ApiAdapters(Connections):
    """The adapters that answer requests, each created when first used."""

    @cached_property
    def api_environment(self) -> settings.ApiEnvironment:
        """The settings of the API."""
        return settings.load(settings.ApiEnvironment)

    @cached_property
    def published_runs(self) -> ports.RunRepository:
        """The forecast runs from the same database as their rows, so that readers never find a run without its rows."""
        from runtime.adapters.postgres.runs import PostgresRuns

        return self.runs if self.read_database is self.database else PostgresRuns(self.read_database)

    @cached_property
    def run_reads(self) -> read_ports.RunReads:
        """The list of runs."""
        from runtime.adapters.postgres.run_reads import PostgresRunReads

        return PostgresRunReads(self.database)

    @cached_property
    def forecast_comparison(self) -> read_ports.ForecastComparison:
        """The forecasts of two runs side by side."""
        from runtime.adapters.postgres.run_comparison import PostgresForecastComparison

        return PostgresForecastComparison(self.database)

    @cached_property
    def publications(self) -> ports.RunPublications:
        """Publishing by hand."""
        from runtime.adapters.postgres.publications import PostgresPublications

        return PostgresPublications(self.database)

    @cached_property
    def insight_reads(self) -> insight_ports.InsightReads:
        """The list of insights."""
        from runtime.adapters.postgres.insights.reads import PostgresInsightReads

        return PostgresInsightReads(self.database)

    @cached_property
    def insight_edits(self) -> insight_ports.InsightEdits:
        """Changes of insights by hand."""
        from runtime.adapters.postgres.insights.reads import PostgresInsightEdits

        return PostgresInsightEdits(self.database)

    @cached_property
    def forecast_reads(self) -> read_ports.ForecastReads:
        """The rows of published forecasts."""
        from runtime.adapters.postgres.reads import PostgresForecastReads

        return PostgresForecastReads(self.read_database)

    @cached_property
    def accuracy_reads(self) -> read_ports.AccuracyReads:
        """The newest accuracy reports."""
        from runtime.adapters.postgres.reads import PostgresAccuracyReads

        return PostgresAccuracyReads(self.read_database)

    @cached_property
    def kpi_reads(self) -> read_ports.KpiReads:
        """The newest KPI values."""
        from runtime.adapters.postgres.reads import PostgresKpiReads

        return PostgresKpiReads(self.read_database)

    @cached_property
    def object_reads(self) -> read_ports.ObjectReads:
        """The list of uploaded objects."""
        from runtime.adapters.postgres.reads import PostgresObjectReads

        return PostgresObjectReads(self.database)

    @cached_property
    def quarantine_reads(self) -> read_ports.QuarantineReads:
        """The records of quarantined rows."""
        from runtime.adapters.postgres.quarantine import PostgresQuarantineReads

        return PostgresQuarantineReads(self.database)

    @cached_property
    def record_discards(self) -> object_ports.RecordDiscards:
        """Discarding quarantined rows."""
        from runtime.adapters.postgres.quarantine import PostgresRecordDiscards

        return PostgresRecordDiscards(self.database)

    @cached_property
    def audit_reads(self) -> read_ports.AuditReads:
        """The list of audit events."""
        from runtime.adapters.postgres.audit_log import PostgresAuditReads

        return PostgresAuditReads(self.database)

    @cached_property
    def latest_report(self) -> read_ports.LatestReport:
        """The run with the newest data-quality report."""
        from runtime.adapters.postgres.reads import PostgresLatestReport

        return PostgresLatestReport(self.database)

    @cached_property
    def cursor_key(self) -> CursorKey:
        """The key that signs cursors of lists, which is read again when it may have changed."""
        from runtime.services.cursor_key import CursorKey

        return CursorKey(self._read_cursor_key, self.clock)

    def _read_cursor_key(self) -> bytes:
        """Return the key that signs cursors of lists: one for all instances of a stage.

        The deployment creates it in the database, so that no environment holds it. A developer's database has none; there the password in
        its URL serves.
        """
        from hashlib import blake2b

        url = self.database_environment.signify_database_url
        secret = url.get_secret_value() if url else str(self.database.fetch("select key from access.cursor_key")[0][0])
        return blake2b(secret.encode(), person=b"signify-cursors"[:16], digest_size=32).digest()
