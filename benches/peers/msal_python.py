"""Prints a cached access token as a script with MSAL Python and its extensions does. For benches/speed.

Usage: msal_python.py AUTHORITY CLIENT_ID SCOPE CACHE_FILE
"""

import sys

from msal import PublicClientApplication
from msal_extensions import FilePersistence, PersistedTokenCache

from no_network import NoNetwork

authority, client_id, scope, path = sys.argv[1:]
application = PublicClientApplication(
    client_id,
    authority=authority,
    instance_discovery=False,
    http_client=NoNetwork(authority),
    token_cache=PersistedTokenCache(FilePersistence(path)),
)
print(application.acquire_token_silent([scope], application.get_accounts()[0])["access_token"])
