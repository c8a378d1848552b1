// The control server, through which a test controls the provider: POST of JSON on loopback, in plain HTTP. It is also
// the CONNECT proxy for a provider with a host name.

import { createServer } from 'node:http';
import { connect } from 'node:net';

import { hostNames } from './entra.mjs';
import { changeSettings } from './settings.mjs';

export function createControl({ settings, storage, exchanges, faults, browser, port }) {
  const hosts = hostNames(settings).map((host) => `${host}:443`);
  const verificationPath = `/${settings.tenant}/device`;
  const commands = {
    '/control/approve': ({ user_code, login }) => browser(verificationPath, user_code, login),
    '/control/deny': ({ user_code }) => browser(verificationPath, user_code, null),
    '/control/exchanges': () => exchanges.report(),
    '/control/fault': (fault) => faults.order(fault),
    '/control/heal': () => faults.clear(),
    '/control/live-refresh-tokens': ({ login }) => storage.liveRefreshTokens(login),
    '/control/revoke': ({ login }) => storage.revokeSignIns(login),
    '/control/settings': (changes) => changeSettings(settings, changes),
  };

  const server = createServer(async (request, response) => {
    const command = commands[request.url];
    try {
      if (!command) throw new Error(`one of ${Object.keys(commands).join(', ')}`);
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const result = await command(text ? JSON.parse(text) : {});
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(result ?? null));
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });

  server.on('connect', (request, socket) => {
    if (!hosts.includes(request.url)) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    return socket.on('error', () => upstream.destroy());
  });
  return server;
}
