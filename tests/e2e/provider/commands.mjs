// A server of commands in plain HTTP: a POST of JSON to the path of the command.

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

export function createCommandServer(commands) {
  return createServer(async (request, response) => {
    try {
      const command = commands[request.url];
      if (!command) throw new Error(`one of ${Object.keys(commands).join(', ')}`);
      const result = await command(JSON.parse((await text(request)) || '{}'));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(result ?? null));
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
}
