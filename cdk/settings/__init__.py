"""The settings by what they are about, a model for each group. `Settings` is all of them in one."""

from cdk.settings.api import ApiSettings
from cdk.settings.compute import ComputeSettings
from cdk.settings.database import DatabaseSettings
from cdk.settings.group import SettingGroup
from cdk.settings.network import NetworkSettings
from cdk.settings.notifications import TellingSettings
from cdk.settings.retention import KeepingSettings
from cdk.settings.schedule import ScheduleSettings

__all__ = [
    "ApiSettings",
    "ComputeSettings",
    "DatabaseSettings",
    "KeepingSettings",
    "NetworkSettings",
    "ScheduleSettings",
    "SettingGroup",
    "TellingSettings",
]
