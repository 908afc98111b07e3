"""Buckets: the shipped AWS::S3::Bucket drops the template's tags, by which custom resources recognise their buckets."""

from __future__ import annotations

from ministack.services import s3

from local.emulator import handlers
from local.emulator.settings import EmulatorSettings


def install(settings: EmulatorSettings) -> None:
    """Keep the tags of AWS::S3::Bucket, on create and on update."""
    handlers.after_create("AWS::S3::Bucket", _with_tags)
    handlers.after_update("AWS::S3::Bucket", _with_tags)


def _with_tags(bucket: str, properties: handlers.Properties, attributes: handlers.Attributes) -> handlers.Attributes:
    s3._bucket_tags[bucket] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
    return attributes
