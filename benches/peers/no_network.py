"""A network that is not there. For benches/speed."""

import json


class NoNetwork:
    """Answers from memory. MSAL requests the provider's metadata even when the token is cached."""

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
