"""Bags in an S3 store: moto's server, over HTTP on this machine, read by s3fs as Amazon's would be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fleets import fleet, same_results

s3fs = pytest.importorskip("s3fs", reason="no s3fs: pip install -r requirements/objects.in")
moto_server = pytest.importorskip("moto.server", reason="no moto: pip install -r requirements/objects.in")

BUCKET = "fleet-of-tests"
ON = ("--on", "processes", "--workers", "2")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    s3fs.S3FileSystem.clear_instance_cache()
    running.stop()


@pytest.fixture
def drives(server: str, bags: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The prefix of the bags in a bucket, and an environment that leads to it, as it does on a machine of a fleet."""
    nothing = tmp_path / "no_configuration"
    nothing.touch()
    for name, value in {
        "NO_PROXY": "127.0.0.1",
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(nothing),
        "AWS_SHARED_CREDENTIALS_FILE": str(nothing),
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem()
    if not files.exists(BUCKET):
        files.mkdir(BUCKET)
    prefix = f"{BUCKET}/{tmp_path.name}"
    files.put(str(bags), prefix, recursive=True)
    return prefix


def inodes(out: Path) -> dict[str, int]:
    """Of each bag's result, which is another when it is made anew."""
    return {path.parent.name: path.stat().st_ino for path in out.glob("bags/*/result.json")}


def test_bags_in_a_bucket_give_the_same_bytes_as_in_a_folder(drives: str, undisturbed: Path, tmp_path: Path) -> None:
    assert fleet(f"s3://{drives}", tmp_path / "out", *ON) == 1  # the spoilt ones are named, as in a folder

    same_results(undisturbed, tmp_path / "out")
    assert list((tmp_path / "out").glob(".fetched-*")) == []


def test_a_bag_that_is_uploaded_anew_is_replayed_anew_and_the_others_are_not(
    drives: str, bags: Path, tmp_path: Path
) -> None:
    prefix, out, files = f"s3://{drives}", tmp_path / "out", s3fs.S3FileSystem()
    for name in ("corrupt", "cut", "empty"):
        files.rm(f"{drives}/{name}", recursive=True)
    assert fleet(prefix, out, *ON) == 0
    made = inodes(out)
    metadata = (bags / "drive_000" / "metadata.yaml").read_bytes()
    files.pipe(f"{drives}/drive_000/metadata.yaml", metadata + b"\n")

    assert fleet(prefix, out, *ON, "--resume") == 0
    assert {name for name, inode in inodes(out).items() if inode != made[name]} == {"drive_000"}


def test_a_bucket_that_is_not_there_is_named(drives: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fleet("s3://nobody-has-this/drives", tmp_path / "out", *ON) == 2
    assert "s3://nobody-has-this/drives" in capsys.readouterr().err
