"""The crates that are compiled into the program, from `cargo metadata`."""

import json
import subprocess
import tomllib


def read(target):
    """Returns the root package, the packages that it depends on, sorted, and the dependencies of each by its id."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    found, waiting = {}, [root]
    while waiting:
        package = waiting.pop()
        if package not in found:
            found[package] = sorted(dep["pkg"] for dep in nodes[package]["deps"] if is_compiled_in(dep))
            waiting += found[package]
    others = sorted((packages[id] for id in found if id != root), key=lambda it: (it["name"], it["version"]))
    return packages[root], others, found


def is_compiled_in(dependency):
    """Whether a dependency is part of the program, and not only of its build or of the tests."""
    return any(kind["kind"] is None for kind in dependency["dep_kinds"])


def checksums():
    """Returns the SHA-256 sums of the packed crates by name and version."""
    with open("Cargo.lock", "rb") as lock:
        packages = tomllib.load(lock)["package"]
    return {(package["name"], package["version"]): package.get("checksum") for package in packages}


def licence(package):
    """Returns the licence as an SPDX expression. Old crates separate alternatives by a slash."""
    return (package["license"] or "NOASSERTION").replace("/", " OR ")
