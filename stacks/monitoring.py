"""Who watches: alarms on what may fail, dashboards, a budget."""

from __future__ import annotations

from constructs import Construct

from cdk.monitoring.alarms import Alarms
from cdk.monitoring.budget import Spending
from cdk.monitoring.dashboards import Dashboards
from cdk.monitoring.database_alarms import database_watches
from cdk.monitoring.forecast_alarms import forecast_watches
from cdk.monitoring.run_alarms import data_watches, ingestion_watches, run_watches
from cdk.monitoring.service_alarms import api_watches, function_watches
from cdk.monitoring.targets import Watched
from cdk.settings.model import Settings
from cdk.workflow.topics import Notices
from stacks.base import StageStack

__all__ = ["MonitoringStack", "Watched"]


class MonitoringStack(StageStack):
    """Alarms with a runbook each, two dashboards, and the budget where one is set."""

    def __init__(self, scope: Construct, settings: Settings, watched: Watched, notices: Notices) -> None:
        super().__init__(scope, "Monitoring", settings, "alarms and dashboards")
        self.alarms = Alarms(self, "Alarms", settings, notices.alarms)
        self.alarms.watch(*run_watches(settings, watched), *data_watches(settings), *ingestion_watches(settings, watched))
        self.alarms.watch(*forecast_watches(settings))
        self.alarms.watch(*api_watches(settings, watched), *database_watches(settings, watched), *function_watches(watched.functions))
        self.dashboards = Dashboards(self, "Dashboards", settings, watched)
        if settings.monthly_budget_usd:
            Spending(self, "Spending", settings, settings.monthly_budget_usd, notices.alarms)
