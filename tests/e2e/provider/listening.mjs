// Servers on a free port of loopback.

import { once } from 'node:events';

// Starts a server. `stop` of the result also cuts its connections, as the end of a process would.
export async function listen(server) {
  const sockets = new Set();
  // The list that a server keeps lacks the connections of a CONNECT proxy, and those whose handshake is not complete.
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: server.address().port, stop };
}
