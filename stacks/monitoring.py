"""Alarms, dashboards and the cost budget."""

from __future__ import annotations

from constructs import Construct

from cdk.monitoring.alarms import Alarms, Severity
from cdk.monitoring.budget import CostBudget
from cdk.monitoring.dashboards import Dashboards
from cdk.monitoring.database_alarms import database_alarms
from cdk.monitoring.forecast_alarms import forecast_alarms
from cdk.monitoring.monitored_resources import MonitoredResources
from cdk.monitoring.receiver_alarms import receiver_alarms
from cdk.monitoring.run_alarms import data_alarms, ingestion_alarms, run_alarms
from cdk.monitoring.service_alarms import api_alarms, function_alarms
from cdk.settings.model import Settings
from cdk.workflow.topics import NotificationTopics
from stacks.base import StageStack


class MonitoringStack(StageStack):
    """Alarms with a runbook each, two dashboards, and a budget if one is set."""

    def __init__(self, scope: Construct, settings: Settings, resources: MonitoredResources, topics: NotificationTopics) -> None:
        super().__init__(scope, "Monitoring", settings, "alarms and dashboards")
        self.alarms = Alarms(self, "Alarms", settings, {Severity.PAGE: topics.pages, Severity.TICKET: topics.tickets})
        self.alarms.add(
            *run_alarms(settings, resources),
            *data_alarms(settings),
            *ingestion_alarms(settings, resources),
            *forecast_alarms(settings),
            *api_alarms(settings, resources),
            *database_alarms(settings, resources),
            *function_alarms(resources.functions),
            *receiver_alarms(resources),
        )
        self.dashboards = Dashboards(self, "Dashboards", settings, resources, self.alarms.notifying)
        if settings.monthly_budget_usd:
            CostBudget(self, "Spending", settings, settings.monthly_budget_usd, topics.tickets)
