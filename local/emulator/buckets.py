"""Buckets: the emulator's AWS::S3::Bucket ignores the tags of a template, by which custom resources find their buckets."""

from __future__ import annotations

from ministack.services import s3

from local.emulator import resource_handlers
from local.emulator.resource_handlers import Attributes, Properties
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Store the tags of AWS::S3::Bucket on create and on update."""
    resource_handlers.run_after_create("AWS::S3::Bucket", store_tags)
    resource_handlers.run_after_update("AWS::S3::Bucket", store_tags)


def store_tags(bucket: str, properties: Properties, attributes: Attributes) -> Attributes:
    """Replace the bucket's tags by those of the template."""
    s3._bucket_tags[bucket] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
    return attributes
