"""Write the bill of materials of a release: CycloneDX 1.6, JSON.

Run `make sbom`. It names what requirements/runtime.lock installs, with hashes and the
licences that the installed packages state; equal locks give equal files.
"""

from __future__ import annotations

import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import locked
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

PROJECT = locked.REQUIREMENTS.parent


def bill(folders: list[Path]) -> str:
    """Return the bill of materials.

    Parameters
    ----------
    folders : list of Path
        `site-packages` with the packages, for their licences.

    Returns
    -------
    str
        JSON.
    """
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    stated = locked.licences(folders)
    licence = LicenseFactory()
    root = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.LIBRARY,
        bom_ref="root",
        licenses=[licence.make_from_string(project["license"])],
        purl=PackageURL("pypi", name=project["name"], version=project["version"]),
    )
    parts = []
    for pin in locked.pins("runtime"):
        expression = stated.get(locked.plain_name(pin.name))
        package = PackageURL("pypi", name=pin.name, version=pin.version)
        parts.append(
            Component(
                name=pin.name,
                version=pin.version,
                type=ComponentType.LIBRARY,
                bom_ref=package.to_string(),
                purl=package,
                hashes=[
                    HashType(alg=HashAlgorithm.SHA_256, content=content)
                    for content in pin.sha256
                ],
                licenses=[licence.make_from_string(expression)] if expression else [],
            )
        )
    # The same lock gives the same file, so that two can be compared.
    name = " ".join([project["version"], *map(str, locked.pins("runtime"))])
    made = Bom(components=parts, serial_number=uuid5(NAMESPACE_URL, name))
    made.metadata.component = root
    made.metadata.timestamp = datetime(1980, 1, 1, tzinfo=UTC)
    made.register_dependency(root, parts)
    return JsonV1Dot6(made).output_as_string(indent=2)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(bill([Path(argument) for argument in sys.argv[2:]]) + "\n")
    print(f"Written: {target}")
