// Prints a cached access token as a program with MSAL Node and its extensions does. For benches/speed.
//
// Usage: msal_node.mjs PACKAGES AUTHORITY CLIENT_ID SCOPE CACHE_FILE

import { createRequire } from 'node:module';

const [packages, authority, clientId, scope, cacheFile] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { PublicClientApplication } = require('@azure/msal-node');
// Past the package's entry point, which loads keytar, a native module that needs a compiler and libsecret.
const extensions = `${packages}/@azure/msal-node-extensions/dist/persistence`;
const { FilePersistence } = await import(`${extensions}/FilePersistence.mjs`);
const { PersistenceCachePlugin } = await import(`${extensions}/PersistenceCachePlugin.mjs`);

const persistence = await FilePersistence.create(cacheFile);
const application = new PublicClientApplication({
  auth: { authority, clientId },
  cache: { cachePlugin: new PersistenceCachePlugin(persistence) },
});
const [account] = await application.getAllAccounts();
const { accessToken } = await application.acquireTokenSilent({ scopes: [scope], account });
console.log(accessToken);
