// MSAL Node with its extensions, which writes without a pause, as writer.py describes. A stand-in for the network
// answers at once; everything else is the library's own code.

import { readFileSync, utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { LogLevel, PublicClientApplication } from '@azure/msal-node';

// Past the package's entry point, which loads keytar, a native module that needs a compiler and libsecret.
const extensions = new URL('../node_modules/@azure/msal-node-extensions/dist/persistence/', import.meta.url);
const { FilePersistence } = await import(new URL('FilePersistence.mjs', extensions));
const { PersistenceCachePlugin } = await import(new URL('PersistenceCachePlugin.mjs', extensions));

const SLOTS = 8;
const AUTHORITY = 'https://login.microsoftonline.com/contoso';

const { values: options } = parseArgs({
  options: {
    brackets: { type: 'string' },
    cache: { type: 'string' },
    name: { type: 'string' },
    pause: { type: 'string', default: '0.02' },
    seconds: { type: 'string' },
    'tick-ms': { type: 'string', default: '0' },
  },
});

const network = {
  async sendGetRequestAsync(url) {
    throw new Error(`all metadata is configured: ${url}`);
  },
  async sendPostRequestAsync(_url, { body }) {
    const secret = new URLSearchParams(body).get('refresh_token');
    const [user, next] = secret.split(' ');
    const client_info = Buffer.from(JSON.stringify({ uid: user, utid: 'contoso' })).toString('base64url');
    const claims = { sub: user, oid: user, tid: 'contoso', preferred_username: `${user}@example.com`, ver: '2.0' };
    const id_token = ['{"alg":"none"}', JSON.stringify(claims), ''].map((part) =>
      Buffer.from(part).toString('base64url'),
    );
    return {
      status: 200,
      headers: {},
      body: {
        access_token: `access-${next}`,
        refresh_token: next,
        client_info,
        id_token: id_token.join('.'),
        expires_in: 3600,
        scope: 'api.read',
        token_type: 'Bearer',
      },
    };
  },
};

const application = await createApplication();
const report = { name: options.name, writes: 0, failures: 0, lost: 0, broken: 0, last_failure: null };
const expected = new Map();
const end = performance.now() + Number(options.seconds) * 1000;
for (let turn = 0; performance.now() < end; turn += 1) {
  await look();
  const slot = `${options.name}-${turn % SLOTS}`;
  const secret = `${slot}-turn-${turn}`;
  expected.delete(slot);
  try {
    await write('shared', `shared-${secret}`);
    await write(slot, secret);
    report.writes += 1;
    expected.set(slot, secret);
  } catch (error) {
    report.failures += 1;
    report.last_failure = String(error);
  }
  await sleep(Number(options.pause) * 1000);
}
await look();
console.log(JSON.stringify(report));

function write(user, secret) {
  return application.acquireTokenByRefreshToken({
    refreshToken: `${user} ${secret}`,
    scopes: ['api.read'],
    forceCache: true,
  });
}

async function createApplication() {
  const persistence = await FilePersistence.create(options.cache, { logLevel: LogLevel.Error });
  const save = persistence.save.bind(persistence);
  persistence.save = async (contents) => {
    await save(contents);
    coarsen();
  };
  const endpoint = (name) => `${AUTHORITY}/oauth2/v2.0/${name}`;
  return new PublicClientApplication({
    auth: {
      authority: AUTHORITY,
      clientId: 'neighbour',
      authorityMetadata: JSON.stringify({
        issuer: `${AUTHORITY}/v2.0`,
        authorization_endpoint: endpoint('authorize'),
        token_endpoint: endpoint('token'),
        end_session_endpoint: endpoint('logout'),
        jwks_uri: `${AUTHORITY}/keys`,
      }),
    },
    cache: { cachePlugin: new PersistenceCachePlugin(persistence) },
    system: { networkClient: network },
  });
}

// Sets the file's time to the last tick, as a kernel with coarse file times does.
function coarsen() {
  const tick = Number(options['tick-ms']);
  if (tick === 0) return;
  const now = Date.now();
  utimesSync(options.cache, now / 1000, (now - (now % tick)) / 1000);
}

async function look() {
  const found = await secrets();
  for (const [slot, secret] of expected) {
    if (!found.has(secret)) {
      expected.delete(slot);
      report.lost += 1;
    }
  }
}

async function secrets() {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      const { RefreshToken: entries = {} } = JSON.parse(readFileSync(options.cache, 'utf8'));
      return new Set(Object.values(entries).map((entry) => entry.secret));
    } catch {
      await sleep(5);
    }
  }
  return new Set();
}
