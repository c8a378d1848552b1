"""MSAL Python with msal-extensions, writing without end: `PersistedTokenCache` as it is, seen from outside only."""

import sys

from writer import CLIENT_ID, ENVIRONMENT, Writer, parse_arguments, response


def main():
    arguments = parse_arguments(lock=["exclusive-create", "portalocker"])
    if arguments.lock == "exclusive-create":
        # Behave as after a plain `pip install msal-extensions`: the library looks for portalocker when it is imported.
        sys.modules["portalocker"] = None
    from msal_extensions import FilePersistence, PersistedTokenCache, token_cache

    writer = Writer(arguments)

    class WatchedLock(token_cache.CrossPlatLock):
        def __init__(self, path):
            super().__init__(path)
            self.path = path

        def __enter__(self):
            held = super().__enter__()
            writer.entered(self.path)
            return held

        def __exit__(self, *error):
            writer.leaves()
            super().__exit__(*error)

    class TickingPersistence(FilePersistence):
        def save(self, content):
            super().save(content)
            writer.coarsen()

    token_cache.CrossPlatLock = WatchedLock
    cache = PersistedTokenCache(TickingPersistence(arguments.cache))

    def write(user, secret):
        endpoint = f"https://{ENVIRONMENT}/organizations/oauth2/v2.0/token"
        cache.add({
            "client_id": CLIENT_ID,
            "scope": ["api.read"],
            "token_endpoint": endpoint,
            "response": response(user, secret),
        })

    writer.run(write)


if __name__ == "__main__":
    main()
