"""Builds assets without Docker: sources are copied, dependencies installed by `uv` from hashed pins for where they will run.

They are two assets, so that a change of ours does not upload a hundred megabytes of other people's wheels again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypedDict

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling, aws_lambda
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct
from uv import find_uv_bin

from cdk.compute.package import ROOT, Package, fingerprint
from cdk.settings.model import Settings

INSTALL_TIMEOUT_S = 600
AWS_WHEELS = ("--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.13", "--only-binary", ":all:")
# What a deployed function never reads: byte code of another interpreter, other packages' tests, typing stubs, scripts, install records.
USELESS = ("**/__pycache__", "**/tests", "**/*.pyi", "bin", "*.dist-info/RECORD", "*.dist-info/REQUESTED", "*.dist-info/INSTALLER", ".lock")
SITE = "python"  # the folder of a layer that Lambda puts on Python's path


class BuildError(RuntimeError):
    """The requirements of a package could not be installed; the message ends with what uv said."""


class _AssetOptions(TypedDict):
    asset_hash: str
    asset_hash_type: AssetHashType
    bundling: BundlingOptions


@jsii.implements(ILocalBundling)
class LocalBuild:
    """Lets a function of ours fill the folder that the CDK names; never falls back to Docker."""

    def __init__(self, build: Callable[[Path], None]) -> None:
        self._build = build

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        """Called by the CDK, and only when it has no asset of the same hash yet."""
        self._build(Path(output_dir))
        make_readable(Path(output_dir))
        return True


def source_code(package: Package) -> aws_lambda.Code:
    """Our part of a package, for a function."""
    return aws_lambda.Code.from_asset(str(ROOT), **_sources(package))


def source_archive(scope: Construct, construct_id: str, package: Package) -> Asset:
    """Our part of a package, as an archive in the assets bucket."""
    return Asset(scope, construct_id, path=str(ROOT), **_sources(package))


def dependency_code(package: Package, settings: Settings) -> aws_lambda.Code:
    """The dependencies of a package, for a layer; none but their list with `packaging=sources`."""
    platform = AWS_WHEELS if settings.on_aws else ()
    host = "" if settings.on_aws else f"{sys.platform} {sys.version_info[:2]}"
    recipe = f"{fingerprint(package.requirements_file)} {USELESS} {platform} {host} {settings.packaging}"
    build = partial(_build_layer, package.requirements_file, platform if settings.packaging == "full" else None)
    return aws_lambda.Code.from_asset(str(ROOT), **_options(recipe, build))


def install(requirements: Path, target: Path, platform: tuple[str, ...]) -> None:
    """Install hashed pins into target, for this machine or for the platform that the options name.

    From uv's cache where that has all of them, so that only a first synth needs the network; hashes make both the same.
    Raises BuildError.
    """
    command = [find_uv_bin(), "pip", "install", "--quiet", "--no-progress", "--python", sys.executable, "--target", str(target)]
    command += ["--require-hashes", "--requirement", str(requirements), *platform]
    for reach in (["--offline"], []):
        done = subprocess.run([*command, *reach], capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False)
        if done.returncode == 0:
            return
    raise BuildError(f"{requirements.name} cannot be installed: {done.stderr.strip()[-2000:]}")


def prune(target: Path) -> None:
    """Remove what no deployed function reads."""
    for pattern in USELESS:
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def make_readable(folder: Path) -> None:
    """Let everybody read what was built: Lambda runs as a user of its own, and a strict umask here would lock it out there."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))


def _build_layer(requirements: Path, platform: tuple[str, ...] | None, target: Path) -> None:
    site = target / SITE
    site.mkdir()
    if platform is not None:
        install(requirements, site, platform)
        prune(site)
    shutil.copyfile(requirements, site / "requirements.txt")


def _sources(package: Package) -> _AssetOptions:
    return _options(fingerprint(*package.files()), package.copy_sources)


def _options(content: str, build: Callable[[Path], None]) -> _AssetOptions:
    bundling = BundlingOptions(image=DockerImage.from_registry("unused"), local=LocalBuild(build))
    return {"asset_hash": content, "asset_hash_type": AssetHashType.CUSTOM, "bundling": bundling}
