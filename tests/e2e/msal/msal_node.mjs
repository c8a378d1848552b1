// MSAL Node on a cache file, as an application would use it.
//
// Prints one line of JSON: what the library answered. `sign-in` prints a line with `user_code` before it waits.
// Proxy and trust anchors come from HTTPS_PROXY and NODE_EXTRA_CA_CERTS.

import { parseArgs } from 'node:util';

import { LogLevel, PublicClientApplication } from '@azure/msal-node';
import { EnvHttpProxyAgent, setGlobalDispatcher } from 'undici';

// Past the package's entry point, which loads keytar, a native module that needs a compiler and libsecret.
const extensions = new URL('../node_modules/@azure/msal-node-extensions/dist/persistence/', import.meta.url);
const { FilePersistence } = await import(new URL('FilePersistence.mjs', extensions));
const { PersistenceCachePlugin } = await import(new URL('PersistenceCachePlugin.mjs', extensions));

// MSAL Node uses fetch, which ignores HTTPS_PROXY by default.
setGlobalDispatcher(new EnvHttpProxyAgent());

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    authority: { type: 'string' },
    cache: { type: 'string' },
    capability: { type: 'string', multiple: true, default: [] },
    claims: { type: 'string' },
    'client-id': { type: 'string' },
    gate: { type: 'boolean', default: false },
    protocol: { type: 'string', default: 'oidc' },
    scope: { type: 'string', multiple: true, default: [] },
  },
});

const COMMANDS = {
  accounts: async (app) => ({ accounts: usernames(await app.getAllAccounts()) }),
  refresh: (app) => silent(app, true),
  remove: async (app) => {
    const accounts = await app.getAllAccounts();
    for (const account of accounts) await app.signOut({ account });
    return { accounts: usernames(accounts) };
  },
  'sign-in': async (app) =>
    result(
      await app.acquireTokenByDeviceCode({
        scopes: options.scope,
        deviceCodeCallback: (response) => answer({ user_code: response.userCode }),
      }),
    ),
  silent: (app) => silent(app, false),
};

// Says when it is ready, and waits for the end of standard input.
if (options.gate) {
  answer({ ready: true });
  for await (const _ of process.stdin);
}

try {
  answer(await COMMANDS[positionals[0]](await createApplication()));
} catch (error) {
  answer({ error: error.errorCode ?? error.name, error_description: String(error) });
}

async function createApplication() {
  const persistence = await FilePersistence.create(options.cache, { logLevel: LogLevel.Error });
  const oidc = options.protocol === 'oidc';
  return new PublicClientApplication({
    auth: {
      authority: options.authority,
      clientCapabilities: options.capability,
      clientId: options['client-id'],
      knownAuthorities: oidc ? [new URL(options.authority).host] : [],
    },
    cache: { cachePlugin: new PersistenceCachePlugin(persistence) },
    system: { protocolMode: oidc ? 'OIDC' : 'AAD' },
  });
}

async function silent(app, forceRefresh) {
  const accounts = await app.getAllAccounts();
  if (accounts.length !== 1) {
    return { error: 'accounts', error_description: `${accounts.length} accounts in the cache` };
  }
  const { scope: scopes, claims } = options;
  return result(await app.acquireTokenSilent({ scopes, claims, account: accounts[0], forceRefresh }));
}

function result({ accessToken, fromCache, scopes }) {
  return { access_token: accessToken, scope: scopes.join(' '), token_source: fromCache ? 'cache' : 'identity_provider' };
}

function usernames(accounts) {
  return accounts.map((account) => account.username);
}

function answer(value) {
  console.log(JSON.stringify(value));
}
