"""Writes wheel.zip: a wheel of the package `private` with one module."""

import zipfile

INFO = "private-1.0.dist-info"
FILES = {
    "private.py": "",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: private\nVersion: 1.0\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}

with zipfile.ZipFile("wheel.zip", "w") as wheel:
    for name, content in FILES.items():
        wheel.writestr(name, content)
    wheel.writestr(f"{INFO}/RECORD", "".join(f"{name},,\n" for name in [*FILES, f"{INFO}/RECORD"]))
