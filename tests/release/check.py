# Checks files of a release, and ends with a message if one is wrong.
#
#   check.py bom FILE          a bill of materials, by the schema of CycloneDX
#   check.py winget FOLDER     the three files of a manifest for winget, as YAML; prints them as JSON
import json
import pathlib
import sys

# The members that winget requires of a manifest of version 1.6 for a program in a zip file. The schemas are in no package
# registry.
REQUIRED = {
    "version": ["DefaultLocale"],
    "defaultLocale": ["License", "PackageLocale", "PackageName", "Publisher", "ShortDescription"],
    "installer": ["InstallerType", "Installers", "NestedInstallerFiles", "NestedInstallerType"],
}
COMMON = ["ManifestType", "ManifestVersion", "PackageIdentifier", "PackageVersion"]


def bom(path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = pathlib.Path(path).read_text(encoding="utf-8")
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    error = JsonStrictValidator(version).validate_str(text)
    if error:
        sys.exit(f"{path}: {error}")


def winget(folder):
    import yaml

    manifests = {}
    for path in sorted(pathlib.Path(folder).glob("*.yaml")):
        manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
        kind = manifest["ManifestType"]
        found, wanted = sorted(manifest), sorted(COMMON + REQUIRED[kind])
        if found != wanted:
            sys.exit(f"{path}: has {found} and not {wanted}")
        manifests[kind] = manifest
    if sorted(manifests) != sorted(REQUIRED):
        sys.exit(f"{folder}: has the manifests {sorted(manifests)}")
    print(json.dumps(manifests))


{"bom": bom, "winget": winget}[sys.argv[1]](sys.argv[2])
