"""The settings by what they are about, a model for each group. `Settings` is all of them in one."""

from cdk.setting_groups.api import ApiSettings
from cdk.setting_groups.compute import ComputeSettings
from cdk.setting_groups.database import DatabaseSettings
from cdk.setting_groups.group import SettingGroup
from cdk.setting_groups.keeping import KeepingSettings
from cdk.setting_groups.network import NetworkSettings
from cdk.setting_groups.schedule import ScheduleSettings
from cdk.setting_groups.telling import TellingSettings

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
