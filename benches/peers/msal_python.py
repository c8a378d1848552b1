"""Prints a cached access token as a script with MSAL Python and its extensions does. For benches/speed.

Usage: msal_python.py AUTHORITY CLIENT_ID SCOPE CACHE_FILE
"""

import json
import sys

from msal import PublicClientApplication
from msal_extensions import FilePersistence, PersistedTokenCache


class NoNetwork:
    """MSAL asks for the provider's metadata even when the token is cached: answer from memory, in no time."""

    def __init__(self, authority):
        endpoints = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
        self.metadata = {"issuer": f"{authority}/v2.0", **{name: f"{authority}/{name}" for name in endpoints}}

    def get(self, url, **_):
        return Answer(json.dumps(self.metadata))

    def post(self, url, **_):
        raise RuntimeError(f"a cached token needs no request to {url}")


class Answer:
    status_code = 200
    headers = {}

    def __init__(self, text):
        self.text = text

    def raise_for_status(self):
        pass


authority, client_id, scope, path = sys.argv[1:]
application = PublicClientApplication(
    client_id,
    authority=authority,
    instance_discovery=False,
    http_client=NoNetwork(authority),
    token_cache=PersistedTokenCache(FilePersistence(path)),
)
print(application.acquire_token_silent([scope], application.get_accounts()[0])["access_token"])
