"""MSAL Python's extensions on an item of the keyring, as azure-identity uses them.

    neighbour.py SIGNAL SCHEMA LABEL NAME=VALUE... COMMAND

Prints lines of JSON. `add PREFIX COUNT` records COUNT access tokens; `secrets` prints the secrets of all tokens;
`watch` prints them at once, and again for each line that it reads; `keep` saves what it reads.
"""

import fcntl
import json
import sys

from msal_extensions import CrossPlatLock, LibsecretPersistence, PersistedTokenCache


def main():
    signal, schema, label, *rest = sys.argv[1:]
    attributes = dict(word.split("=", 1) for word in rest if "=" in word)
    command, *arguments = [word for word in rest if "=" not in word]
    # The library first tests the keyring with one item for all processes, so two processes disturb each other's test.
    with open(__file__) as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        persistence = LibsecretPersistence(signal, schema, attributes, label=label)
    COMMANDS[command](persistence, *arguments)


def add(persistence, prefix, count):
    cache = PersistedTokenCache(persistence)
    for turn in range(int(count)):
        cache.add({
            "client_id": f"{prefix}-{turn}",
            "scope": ["api:read"],
            "token_endpoint": "https://127.0.0.1/tenant/token",
            "response": {"access_token": f"{prefix}-{turn}", "expires_in": 3600, "token_type": "Bearer"},
        })


def secrets(persistence):
    show(PersistedTokenCache(persistence))


def watch(persistence):
    cache = PersistedTokenCache(persistence)
    show(cache)
    for _ in sys.stdin:
        show(cache)


def show(cache):
    kinds = (cache.CredentialType.ACCESS_TOKEN, cache.CredentialType.REFRESH_TOKEN)
    print(json.dumps([entry["secret"] for kind in kinds for entry in cache.search(kind)]), flush=True)


def keep(persistence):
    with CrossPlatLock(persistence.get_location() + ".lockfile"):
        persistence.save(sys.stdin.read())


COMMANDS = {"add": add, "keep": keep, "secrets": secrets, "watch": watch}

if __name__ == "__main__":
    main()
