"""The Azure CLI on its cache file: the object with which `az login` and `az account get-access-token` work.

Takes the same input and prints the same output as msal_python.py. The cache is in the folder AZURE_CONFIG_DIR.
"""

import json
import os
from urllib.parse import urlsplit

from msal_python import answer, parse_arguments


def main():
    arguments = parse_arguments()
    os.environ["AZURE_CONFIG_DIR"] = os.path.dirname(arguments.cache)
    # Imported only now, because it reads the environment when it is imported.
    from azure.cli.core.auth.identity import Identity

    authority = urlsplit(arguments.authority)
    identity = Identity(
        f"https://{authority.netloc}", tenant_id=authority.path.strip("/"), client_id=arguments.client_id
    )
    answer(COMMANDS[arguments.command](identity, arguments))


def sign_in(identity, arguments):
    application = identity._msal_app
    initiate = application.initiate_device_flow

    def show_the_code(*positional, **named):
        flow = initiate(*positional, **named)
        answer({"user_code": flow.get("user_code")})
        return flow

    application.initiate_device_flow = show_the_code
    identity.login_with_device_code(arguments.scope)
    return silent(identity, arguments)


def silent(identity, arguments, **options):
    (user,) = identity.get_user()
    token = identity.get_user_credential(user["username"]).acquire_token(arguments.scope, **options)
    return {"access_token": token["access_token"], "token_source": token.get("token_source")}


def refresh(identity, arguments):
    # The CLI refreshes early only when a resource challenges it.
    claims = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1"}}})
    return silent(identity, arguments, claims_challenge=claims)


def accounts(identity, _arguments):
    return {"accounts": [user["username"] for user in identity.get_user()]}


def remove(identity, _arguments):
    removed = accounts(identity, _arguments)
    identity.logout_all_users()
    return removed


COMMANDS = {"accounts": accounts, "refresh": refresh, "remove": remove, "sign-in": sign_in, "silent": silent}

if __name__ == "__main__":
    main()
