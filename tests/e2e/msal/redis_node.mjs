// MSAL Node in a web app that keeps a cache for each user in Redis, by the library's own plugin.
//
// Prints one line of JSON: the access token, and how often a provider was asked for one, which is this program itself.

import { parseArgs } from 'node:util';

import { ConfidentialClientApplication, DistributedCachePlugin } from '@azure/msal-node';
import { createClient } from '@redis/client';

const { values: options } = parseArgs({
  options: {
    // Refresh, and let the provider answer with AT-ANSWER, RT-ANSWER and the ID token.
    answer: { type: 'string' },
    authority: { type: 'string' },
    'id-token': { type: 'string' },
    key: { type: 'string' },
    url: { type: 'string' },
  },
});
const { answer, authority, 'id-token': idToken, key, url } = options;

let requests = 0;
const respond = (body) => ({ status: 200, headers: {}, body });
// Answers the library in the place of the network.
const networkClient = {
  sendGetRequestAsync: async () =>
    respond({
      issuer: authority,
      authorization_endpoint: `${authority}/authorize`,
      token_endpoint: `${authority}/token`,
      jwks_uri: `${authority}/keys`,
    }),
  sendPostRequestAsync: async () => {
    requests += 1;
    return respond({
      access_token: `AT-${answer}`,
      refresh_token: `RT-${answer}`,
      id_token: idToken,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'api.read',
    });
  },
};

const client = await createClient({ url }).connect();
const partitions = { getKey: async () => key, extractKey: async () => key };
const app = new ConfidentialClientApplication({
  auth: { authority, clientId: 'app', clientSecret: 'secret', knownAuthorities: [new URL(authority).host] },
  cache: { cachePlugin: new DistributedCachePlugin(client, partitions) },
  system: { networkClient, protocolMode: 'OIDC' },
});
const [account] = await app.getTokenCache().getAllAccounts();
const { accessToken } = await app.acquireTokenSilent({ account, forceRefresh: answer !== undefined, scopes: ['api.read'] });
console.log(JSON.stringify({ access_token: accessToken, requests }));
await client.close();
