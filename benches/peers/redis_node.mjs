// MSAL Node in a web app that keeps a cache for each user in Redis, by the library's own plugin.
//
// URL AUTHORITY USERS CALLS IN_FLIGHT hit|refresh: prints how many tokens it serves in a second.

import { ConfidentialClientApplication, DistributedCachePlugin } from '@azure/msal-node';
import { createClient } from '@redis/client';

const [url, authority, users, calls, inFlight, kind] = process.argv.slice(-6);
const forceRefresh = kind === 'refresh';
const respond = (body) => ({ status: 200, headers: {}, body });
// Answers in the place of the network.
const networkClient = {
  sendGetRequestAsync: async () =>
    respond({
      issuer: authority,
      authorization_endpoint: `${authority}/authorize`,
      token_endpoint: `${authority}/token`,
      jwks_uri: `${authority}/keys`,
    }),
  sendPostRequestAsync: async () =>
    respond({
      access_token: 'a'.repeat(2000),
      refresh_token: 'r'.repeat(1500),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'api.read',
    }),
};
const client = await createClient({ url }).connect();

async function call() {
  const user = `user${String(Math.floor(Math.random() * Number(users))).padStart(6, '0')}.tenant`;
  const partitions = { getKey: async () => `msal:${user}`, extractKey: async () => `msal:${user}` };
  const app = new ConfidentialClientApplication({
    auth: { authority, clientId: 'app', clientSecret: 'secret', knownAuthorities: [new URL(authority).host] },
    cache: { cachePlugin: new DistributedCachePlugin(client, partitions) },
    system: { networkClient, protocolMode: 'OIDC' },
  });
  const [account] = await app.getTokenCache().getAllAccounts();
  const { accessToken, fromCache } = await app.acquireTokenSilent({ account, scopes: ['api.read'], forceRefresh });
  if (!accessToken || fromCache === forceRefresh) throw new Error(`no ${kind}`);
}

const start = performance.now();
let left = Number(calls);
await Promise.all(
  Array.from({ length: Number(inFlight) }, async () => {
    while (left-- > 0) await call();
  }),
);
console.log(Number(calls) / ((performance.now() - start) / 1000));
await client.close();
