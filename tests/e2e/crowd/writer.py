"""The common code of the writers in Python: writes entries of its own into a few slots until the time is over.

Before each write it checks that its last entries are still in the file. At the end it prints one line of JSON:
`writes`, `failures` (the library raised), `lost` (own entries that were overwritten) and `broken` (locks that were no
longer its own when it released them).
"""

import argparse
import base64
import itertools
import json
import os
import sys
import time

CLIENT_ID = "neighbour"
ENVIRONMENT = "login.microsoftonline.com"
SLOTS = 8


def parse_arguments(**own):
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--seconds", type=float, required=True, help="0: one turn for each line of standard input")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds between two turns")
    parser.add_argument("--tick-ms", type=int, default=0, help="the granularity of the kernel's file times")
    parser.add_argument("--brackets", required=True, help="where each holder of the lock says when it has it")
    for name, choices in own.items():
        parser.add_argument(f"--{name}", choices=choices, required=True)
    return parser.parse_args()


class Writer:
    def __init__(self, arguments):
        self.arguments = arguments
        self.report = {"name": arguments.name, "writes": 0, "failures": 0, "lost": 0, "broken": 0}
        self.last_failure = None
        self.expected = {}

    def run(self, write):
        """`write(user, secret)` stores one user's tokens through the library."""
        for turn in self.turns():
            self.look()
            slot = f"{self.arguments.name}-{turn % SLOTS}"
            secret = f"{slot}-turn-{turn}"
            self.expected.pop(slot, None)
            try:
                write("shared", f"shared-{secret}")
                write(slot, secret)
            except Exception as error:  # whatever the library raises is its user's failure
                self.report["failures"] += 1
                self.last_failure = f"{type(error).__name__}: {error}"
            else:
                self.report["writes"] += 1
                self.expected[slot] = secret
        self.look()
        print(json.dumps({**self.report, "last_failure": self.last_failure}), flush=True)

    def turns(self):
        if self.arguments.seconds == 0:
            for turn, _ in enumerate(sys.stdin):
                yield turn
                print("written", flush=True)
            return
        end = time.monotonic() + self.arguments.seconds
        for turn in itertools.count():
            if time.monotonic() >= end:
                return
            yield turn
            time.sleep(self.arguments.pause)

    def look(self):
        found = secrets(self.arguments.cache)
        lost = [slot for slot, secret in self.expected.items() if secret not in found]
        for slot in lost:
            del self.expected[slot]
        self.report["lost"] += len(lost)

    # The holder of a lock records when it gets and releases the lock, and whether the lock was still its own then.

    def entered(self, lock):
        self.bracket("<")
        self.lock = lock
        self.identity = identity(lock)

    def leaves(self):
        if identity(self.lock) != self.identity:
            self.report["broken"] += 1
        self.bracket(">")

    def bracket(self, mark):
        with open(self.arguments.brackets, "ab", buffering=0) as log:
            log.write(f"{mark}{self.arguments.name}\n".encode())

    def coarsen(self):
        """Sets the file's time to the last tick, as a kernel with coarse file times does."""
        tick = self.arguments.tick_ms * 1_000_000
        if tick:
            now = time.time_ns()
            os.utime(self.arguments.cache, ns=(now, now - now % tick))


def secrets(path):
    """Returns all refresh tokens in the file. Reads a torn file again, because other programs write in place."""
    for _ in range(200):
        try:
            with open(path, encoding="utf-8") as file:
                return {entry["secret"] for entry in json.load(file).get("RefreshToken", {}).values()}
        except (FileNotFoundError, ValueError):
            time.sleep(0.005)
    return set()


def identity(path):
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def response(user, secret):
    """Returns a token response of Microsoft Entra."""
    client_info = base64.urlsafe_b64encode(json.dumps({"uid": user, "utid": "contoso"}).encode()).rstrip(b"=").decode()
    return {
        "access_token": f"access-{secret}",
        "refresh_token": secret,
        "client_info": client_info,
        "expires_in": 3600,
        "scope": "api.read",
        "token_type": "Bearer",
    }
