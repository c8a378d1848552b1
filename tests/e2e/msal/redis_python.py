"""MSAL Python in a web app that keeps a cache for each user in Redis, as its documentation shows it.

Prints one line of JSON: the access token, and how often a provider was asked for one, which is this program itself.
"""

import argparse
import json

import msal
import redis


def main():
    arguments = parse_arguments()
    server = redis.Redis.from_url(arguments.url)
    cache = msal.SerializableTokenCache()
    document = server.get(arguments.key)
    if document:
        cache.deserialize(document.decode())
    provider = Provider(arguments)
    app = msal.ConfidentialClientApplication(
        "app",
        client_credential="secret",
        oidc_authority=arguments.authority,
        token_cache=cache,
        http_client=provider,
    )
    (account,) = app.get_accounts()
    result = app.acquire_token_silent_with_error(["api.read"], account, force_refresh=arguments.answer is not None)
    if cache.has_state_changed:
        server.set(arguments.key, cache.serialize())
    print(json.dumps({"access_token": result.get("access_token"), "requests": provider.requests, "result": result}))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answer", help="refresh, and let the provider answer with AT-ANSWER and RT-ANSWER")
    parser.add_argument("--authority", required=True)
    parser.add_argument("--id-token", help="what the provider answers as well")
    parser.add_argument("--key", required=True)
    parser.add_argument("--url", required=True)
    return parser.parse_args()


class Provider:
    """Answers the library in the place of the network."""

    def __init__(self, arguments):
        self.authority = arguments.authority
        self.answer = arguments.answer
        self.id_token = arguments.id_token
        self.requests = 0

    def get(self, url, **_):
        assert url == f"{self.authority}/.well-known/openid-configuration", url
        return Response(
            {
                "issuer": self.authority,
                "authorization_endpoint": f"{self.authority}/authorize",
                "token_endpoint": f"{self.authority}/token",
            }
        )

    def post(self, url, data=None, **_):
        assert url == f"{self.authority}/token" and data["grant_type"] == "refresh_token", (url, data)
        self.requests += 1
        return Response(
            {
                "access_token": f"AT-{self.answer}",
                "refresh_token": f"RT-{self.answer}",
                "id_token": self.id_token,
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": "api.read",
            }
        )

    def close(self):
        pass


class Response:
    status_code = 200
    headers = {}

    def __init__(self, body):
        self.text = json.dumps(body)

    def raise_for_status(self):
        pass


if __name__ == "__main__":
    main()
