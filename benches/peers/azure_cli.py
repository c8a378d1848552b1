"""Prints a cached access token by the object that `az account get-access-token` asks. For benches/speed.

Usage: azure_cli.py AUTHORITY CLIENT_ID SCOPE, with the cache file in AZURE_CONFIG_DIR
"""

import sys
from urllib.parse import urlsplit

from azure.cli.core.auth.identity import Identity

from no_network import NoNetwork


class Offline(Identity):
    @property
    def _msal_public_app_kwargs(self):
        return {**super()._msal_public_app_kwargs, "http_client": NoNetwork(authority)}


authority, client_id, scope = sys.argv[1:]
parts = urlsplit(authority)
identity = Offline(
    f"https://{parts.netloc}", tenant_id=parts.path.strip("/"), client_id=client_id, instance_discovery=False
)
(user,) = identity.get_user()
print(identity.get_user_credential(user["username"]).acquire_token([scope])["access_token"])
