"""An OpenID provider in the place of the network, for the applications of MSAL Python."""

import json

AUTHORITY = "https://idp.example.com/tenant"


class Response:
    status_code = 200
    headers = {}

    def __init__(self, **members):
        self.text = json.dumps(members)

    def raise_for_status(self):
        pass


class Provider:
    """Answers the discovery of each application object, and grants every token request."""

    def get(self, *_, **__):
        return Response(
            issuer=AUTHORITY,
            authorization_endpoint=f"{AUTHORITY}/authorize",
            token_endpoint=f"{AUTHORITY}/token",
        )

    def post(self, *_, **__):
        return Response(
            access_token="a" * 2000,
            refresh_token="r" * 1500,
            token_type="Bearer",
            expires_in=3600,
            scope="api.read",
        )

    def close(self):
        pass
