"""MSAL Python on a cache file, as an application would use it.

Prints one line of JSON: what the library answered. `sign-in` prints a line with `user_code` before it waits.
Proxy and trust anchors come from HTTPS_PROXY and REQUESTS_CA_BUNDLE, which requests reads itself.
"""

import argparse
import json
import sys


def main():
    arguments = parse_arguments()
    if arguments.lock == "exclusive-create":
        # Behave as after a plain `pip install msal-extensions`: the library looks for portalocker when it is imported.
        sys.modules["portalocker"] = None
    import msal
    from msal_extensions import FilePersistence, PersistedTokenCache

    if arguments.gate:
        answer({"ready": True})
        sys.stdin.readline()
    authority = {"oidc_authority" if arguments.protocol == "oidc" else "authority": arguments.authority}
    app = msal.PublicClientApplication(
        arguments.client_id,
        client_capabilities=arguments.capability,
        token_cache=PersistedTokenCache(FilePersistence(arguments.cache)),
        **authority,
    )
    answer(COMMANDS[arguments.command](app, arguments))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--authority", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--capability", action="append", help="such as CP1")
    parser.add_argument("--claims", help="a claims challenge")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--gate", action="store_true", help="say when ready, and wait for the end of standard input")
    parser.add_argument("--lock", choices=["exclusive-create", "portalocker"], default="exclusive-create")
    parser.add_argument("--protocol", choices=["oidc", "entra"], default="oidc")
    parser.add_argument("--scope", action="append", default=[])
    return parser.parse_args()


def sign_in(app, arguments):
    flow = app.initiate_device_flow(scopes=arguments.scope)
    if "user_code" not in flow:
        return flow
    answer({"user_code": flow["user_code"]})
    return app.acquire_token_by_device_flow(flow)


def silent(app, arguments, force_refresh=False):
    accounts = app.get_accounts()
    if len(accounts) != 1:
        return {"error": "accounts", "error_description": f"{len(accounts)} accounts in the cache"}
    result = app.acquire_token_silent_with_error(
        arguments.scope, accounts[0], force_refresh=force_refresh, claims_challenge=arguments.claims
    )
    return result or {"error": "no_tokens_found"}


def refresh(app, arguments):
    return silent(app, arguments, force_refresh=True)


def accounts(app, _arguments):
    return {"accounts": [account["username"] for account in app.get_accounts()]}


def remove(app, _arguments):
    removed = app.get_accounts()
    for account in removed:
        app.remove_account(account)
    return {"accounts": [account["username"] for account in removed]}


def answer(value):
    print(json.dumps(value), flush=True)


COMMANDS = {"accounts": accounts, "refresh": refresh, "remove": remove, "sign-in": sign_in, "silent": silent}

if __name__ == "__main__":
    main()
