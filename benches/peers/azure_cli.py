"""Runs the whole `az` with the given arguments, for benches/speed.

The folder AZURE_CONFIG_DIR has its cache and its profile. AUTHORITY is the authority of the signed-in account.
"""

import os
import runpy

from azure.cli.core.auth.identity import Identity

from no_network import NoNetwork

options = Identity._msal_public_app_kwargs
network = NoNetwork(os.environ["AUTHORITY"])
Identity._msal_public_app_kwargs = property(lambda self: {**options.fget(self), "http_client": network})
runpy.run_module("azure.cli", run_name="__main__")
