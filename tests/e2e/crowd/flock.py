"""A program that locks as MSAL .NET or MSAL Go does: it opens or creates the lock file, then takes its flock.

.NET unlinks the file before it releases the flock. A process that gets a flock checks that the file still has its name.
Go releases, then unlinks, and does not check. (MSAL Go also reads before it locks, so it overwrites what any program
saved in between. This program does not do that, because no lock can prevent it.)
"""

import fcntl
import json
import os
import time
from contextlib import contextmanager

from writer import CLIENT_ID, ENVIRONMENT, Writer, identity, parse_arguments, response


def main():
    arguments = parse_arguments(style=["dotnet", "go"])
    writer = Writer(arguments)
    lock = {"dotnet": dotnet_lock, "go": go_lock}[arguments.style]

    def write(user, secret):
        with lock(arguments.cache + ".lockfile"):
            writer.entered(arguments.cache + ".lockfile")
            document = load(arguments)
            add(document, user, secret)
            save(arguments.cache, document)
            writer.coarsen()
            writer.leaves()

    writer.run(write)


@contextmanager
def dotnet_lock(path):
    file = wait_for(lambda: try_flock(path), pause=0.1, tries=600)
    os.ftruncate(file, 0)
    os.pwrite(file, f"\ufeff{os.getpid()} dotnet\n".encode(), 0)
    try:
        yield
    finally:
        unlink(path)
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)


@contextmanager
def go_lock(path):
    file = wait_for(lambda: try_flock(path, looks=False), pause=0.01, tries=500)
    os.ftruncate(file, 0)
    os.pwrite(file, f"{{{os.getpid()}}} {{go}}".encode(), 0)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)
        unlink(path)


def try_flock(path, looks=True):
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(file)
        if not looks or identity(path) == (found.st_dev, found.st_ino):
            return file
    except BlockingIOError:
        pass
    os.close(file)
    return None


def wait_for(attempt, pause, tries):
    for _ in range(tries):
        file = attempt()
        if file is not None:
            return file
        time.sleep(pause)
    raise TimeoutError("the lock is held by somebody else")


def unlink(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def load(arguments):
    """.NET deletes a file that it cannot parse. Go reads again for a second, then fails."""
    for attempt in range(100):
        try:
            with open(arguments.cache, encoding="utf-8") as file:
                text = file.read()
            return json.loads(text) if text.strip() else {}
        except FileNotFoundError:
            return {}
        except ValueError:
            if arguments.style == "dotnet":
                unlink(arguments.cache)
                return {}
            time.sleep(0.01)
    raise ValueError("the cache cannot be parsed")


def save(path, document):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        json.dump(document, stream, separators=(",", ":"))


def add(document, user, secret):
    tokens = response(user, secret)
    now = int(time.time())
    home_account_id = f"{user}.contoso"
    common = {"home_account_id": home_account_id, "environment": ENVIRONMENT, "client_id": CLIENT_ID}
    prefix = f"{home_account_id}-{ENVIRONMENT}"
    document.setdefault("AccessToken", {})[f"{prefix}-accesstoken-{CLIENT_ID}-organizations-api.read"] = {
        **common,
        "credential_type": "AccessToken",
        "secret": tokens["access_token"],
        "realm": "organizations",
        "target": "api.read",
        "token_type": "Bearer",
        "cached_at": str(now),
        "expires_on": str(now + 3600),
        "extended_expires_on": str(now + 3600),
    }
    document.setdefault("RefreshToken", {})[f"{prefix}-refreshtoken-{CLIENT_ID}--"] = {
        **common,
        "credential_type": "RefreshToken",
        "secret": tokens["refresh_token"],
    }
    document.setdefault("Account", {})[f"{prefix}-organizations"] = {
        "home_account_id": home_account_id,
        "environment": ENVIRONMENT,
        "realm": "organizations",
        "local_account_id": user,
        "username": f"{user}@example.com",
        "authority_type": "MSSTS",
    }


if __name__ == "__main__":
    main()
