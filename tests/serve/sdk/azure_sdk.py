"""azure-identity for Python, as an application would use it.

Prints one line of JSON: the tokens of the given scopes, or what the SDK has raised. PAUSE_SECONDS is the time between two
tokens.
"""

import json
import os
import sys
import time

from azure.identity import (
    AzureCliCredential,
    AzureDeveloperCliCredential,
    CredentialUnavailableError,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)

CREDENTIALS = {
    "az": AzureCliCredential,
    "azd": AzureDeveloperCliCredential,
    "default": DefaultAzureCredential,
    "managed": ManagedIdentityCredential,
}


def main():
    kind, *scopes = sys.argv[1:]
    credential = CREDENTIALS[kind]()
    try:
        tokens = []
        for scope in scopes:
            time.sleep(float(os.environ.get("PAUSE_SECONDS", "0")) if tokens else 0)
            tokens.append(credential.get_token(scope))
        print(json.dumps({"tokens": [token.token for token in tokens], "expires_on": tokens[0].expires_on}))
    except CredentialUnavailableError as error:
        print(json.dumps({"error": type(error).__name__, "message": str(error)}))
    except Exception as error:  # Whatever the user would see.
        print(json.dumps({"error": type(error).__name__, "message": str(error)}))


main()
