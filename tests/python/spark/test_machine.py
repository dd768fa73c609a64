"""What is missing on a machine is said in one sentence, with the line that mends it."""

import stat

import pytest

from precision_marketing.spark import machine
from precision_marketing.spark.machine import SparkError, check_machine, java_version


@pytest.fixture
def installed(monkeypatch):
    """PySpark and dbt-spark are there, whether or not they are."""
    monkeypatch.setattr(machine, "_is_there", lambda module: True)


def java_that_says(folder, version):
    """A Java of some version below a folder; returns its JAVA_HOME."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.mark.parametrize(
    ("said", "version"), [("17.0.15", 17), ("1.8.0_392", 8), ("21", 21)]
)
def test_the_version_of_java_is_read(tmp_path, said, version):
    home = java_that_says(tmp_path / "java", said)
    assert java_version(str(home / "bin" / "java")) == version


def test_a_program_that_is_no_java_has_no_version(tmp_path):
    assert java_version("true") is None
    assert java_version(str(tmp_path / "nothing")) is None


@pytest.mark.usefixtures("installed")
def test_without_java_the_line_that_installs_it_is_said(tmp_path):
    with pytest.raises(
        SparkError, match=r"Java is not there.*apt-get install openjdk-17"
    ):
        check_machine({"PATH": str(tmp_path)})


@pytest.mark.usefixtures("installed")
def test_an_old_java_is_named(tmp_path):
    home = java_that_says(tmp_path / "java", "1.8.0_392")
    with pytest.raises(SparkError, match="Java 8 is too old"):
        check_machine({"JAVA_HOME": str(home), "PATH": ""})


@pytest.mark.usefixtures("installed")
def test_a_machine_with_all_of_it_passes(tmp_path):
    home = java_that_says(tmp_path / "java", "17.0.15")
    check_machine({"JAVA_HOME": str(home), "PATH": ""})


@pytest.mark.usefixtures("installed")
def test_spark_connect_is_refused_before_anything_is_built():
    with pytest.raises(SparkError, match="SPARK_MASTER"):
        check_machine({"SPARK_REMOTE": "sc://host"})


def test_without_pyspark_the_extra_is_said(monkeypatch):
    monkeypatch.setattr(machine, "_is_there", lambda module: module != "pyspark")
    with pytest.raises(SparkError, match=r"precision-marketing\[spark\]"):
        check_machine({"PATH": ""})
