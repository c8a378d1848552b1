// An MCP server of the official SDK that demands a bearer token. Prints its URL, and ends with its standard input.
//
// It accepts the tokens that a POST to /accept names (all of them until then), and sends two notifications with a pause
// between them during a call of the tool `count`.

import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const PAUSE_MS = 300;

let refused = new Set();
const seen = [];
const transports = new Map();

const server = createServer(async (request, response) => {
  if (request.url === '/control/seen') return response.end(JSON.stringify(seen));
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (request.url === '/control/refuse-tokens-so-far') {
    refused = new Set(seen);
    return response.end();
  }
  if (!token || refused.has(token)) {
    response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
    return response.end();
  }
  seen.push(token);
  const id = request.headers['mcp-session-id'];
  const transport = transports.get(id) ?? (await newTransport());
  await transport.handleRequest(request, response);
});

async function newTransport() {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => transports.set(id, transport),
  });
  const mcp = new McpServer({ name: 'counter', version: '1' }, { capabilities: { logging: {} } });
  mcp.registerTool('count', { description: 'Counts' }, async ({ sendNotification }) => {
    for (const data of ['one', 'two']) {
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      await sleep(PAUSE_MS);
    }
    return { content: [{ type: 'text', text: 'counted' }] };
  });
  await mcp.connect(transport);
  return transport;
}

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
process.stdin.resume().on('end', () => process.exit());
