// MSAL Node in a web app that keeps a cache for each user in Redis, by the library's own plugin.
//
// URL AUTHORITY USERS CALLS IN_FLIGHT: prints how many cached tokens it serves in a second.

import { ConfidentialClientApplication, DistributedCachePlugin } from '@azure/msal-node';
import { createClient } from '@redis/client';

const [url, authority, users, calls, inFlight] = process.argv.slice(-5);
const respond = (body) => ({ status: 200, headers: {}, body });
// Answers the discovery in the place of the network.
const networkClient = {
  sendGetRequestAsync: async () =>
    respond({
      issuer: authority,
      authorization_endpoint: `${authority}/authorize`,
      token_endpoint: `${authority}/token`,
      jwks_uri: `${authority}/keys`,
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
  const { accessToken, fromCache } = await app.acquireTokenSilent({ account, scopes: ['api.read'] });
  if (!accessToken || !fromCache) throw new Error('no hit');
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
