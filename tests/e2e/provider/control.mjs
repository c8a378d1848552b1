// The control server, through which a test controls the provider. It is also the CONNECT proxy for a provider with a
// host name.

import { connect } from 'node:net';

import { createCommandServer } from './commands.mjs';
import { hostNames } from './entra.mjs';
import { changeSettings } from './settings.mjs';

export function createControl({ settings, storage, exchanges, faults, browser, port }) {
  const hosts = hostNames(settings).map((host) => `${host}:443`);
  const verificationPath = `/${settings.tenant}/device`;
  const server = createCommandServer({
    '/control/approve': ({ user_code, login }) => browser(verificationPath, user_code, login),
    '/control/deny': ({ user_code }) => browser(verificationPath, user_code, null),
    '/control/exchanges': () => exchanges.report(),
    '/control/fault': (fault) => faults.order(fault),
    '/control/heal': () => faults.clear(),
    '/control/live-refresh-tokens': ({ login }) => storage.liveRefreshTokens(login),
    '/control/revoke': ({ login }) => storage.revokeSignIns(login),
    '/control/settings': (changes) => changeSettings(settings, changes),
  });

  server.on('connect', (request, socket) => {
    let upstream;
    socket.on('error', () => upstream?.destroy());
    if (!hosts.includes(request.url)) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    return upstream.on('error', () => socket.destroy());
  });
  return server;
}
