"""Build assets without Docker: copy the sources, and install dependencies with `uv` from pins with hashes, for the target platform.

Sources and dependencies are separate assets, so that a change of the sources does not upload a hundred megabytes of wheels again.
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
# Never read by a deployed function: byte code of another interpreter, tests of packages, typing stubs, scripts, install records.
UNUSED_FILES = (
    "**/__pycache__",
    "**/tests",
    "**/*.pyi",
    "bin",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "*.dist-info/INSTALLER",
    ".lock",
)
LAYER_FOLDER = "python"  # the folder of a layer that is on Python's path


class BuildError(RuntimeError):
    """The requirements of a package could not be installed; the message ends with the error of uv."""


class _AssetOptions(TypedDict):
    asset_hash: str
    asset_hash_type: AssetHashType
    bundling: BundlingOptions


@jsii.implements(ILocalBundling)
class LocalBuild:
    """Build an asset with a Python function; never falls back to Docker."""

    def __init__(self, build: Callable[[Path], None]) -> None:
        self._build = build

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        """Build into `output_dir`. The CDK calls this only if it has no asset with the same hash."""
        self._build(Path(output_dir))
        make_readable(Path(output_dir))
        return True


def bundle_sources(package: Package) -> aws_lambda.Code:
    """Return the sources of a package as the code of a function."""
    return aws_lambda.Code.from_asset(str(ROOT), **_sources(package))


def archive_sources(scope: Construct, construct_id: str, package: Package) -> Asset:
    """Create an archive of the sources of a package in the assets bucket."""
    return Asset(scope, construct_id, path=str(ROOT), **_sources(package))


def bundle_dependencies(package: Package, settings: Settings) -> aws_lambda.Code:
    """Return the dependencies of a package as the code of a layer; with `packaging=sources`, only their list."""
    platform = AWS_WHEELS if settings.on_aws else ()
    host = "" if settings.on_aws else f"{sys.platform} {sys.version_info[:2]}"
    recipe = f"{fingerprint(package.requirements_file)} {UNUSED_FILES} {platform} {host} {settings.packaging}"
    build = partial(_build_layer, package.requirements_file, platform if settings.packaging == "full" else None)
    return aws_lambda.Code.from_asset(str(ROOT), **_options(recipe, build))


def install(requirements: Path, target: Path, platform: tuple[str, ...]) -> None:
    """Install pins with hashes into target, for this machine or for the platform in the options. Raises BuildError.

    Uses the cache of uv if it holds all of them, so that only the first synth needs the network; the hashes make both equal.
    """
    command = [find_uv_bin(), "pip", "install", "--quiet", "--no-progress", "--python", sys.executable, "--target", str(target)]
    command += ["--require-hashes", "--requirement", str(requirements), *platform]
    for network_options in (["--offline"], []):
        process = subprocess.run([*command, *network_options], capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False)
        if process.returncode == 0:
            return
    raise BuildError(f"{requirements.name} cannot be installed: {process.stderr.strip()[-2000:]}")


def prune(target: Path) -> None:
    """Remove the files that no deployed function reads."""
    for pattern in UNUSED_FILES:
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def make_readable(folder: Path) -> None:
    """Make all files readable for everyone, whatever the umask here: Lambda runs as another user."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))


def _build_layer(requirements: Path, platform: tuple[str, ...] | None, target: Path) -> None:
    folder = target / LAYER_FOLDER
    folder.mkdir()
    if platform is not None:
        install(requirements, folder, platform)
        prune(folder)
    shutil.copyfile(requirements, folder / "requirements.txt")


def _sources(package: Package) -> _AssetOptions:
    return _options(fingerprint(*package.files()), package.copy_sources)


def _options(content: str, build: Callable[[Path], None]) -> _AssetOptions:
    bundling = BundlingOptions(image=DockerImage.from_registry("unused"), local=LocalBuild(build))
    return {"asset_hash": content, "asset_hash_type": AssetHashType.CUSTOM, "bundling": bundling}
