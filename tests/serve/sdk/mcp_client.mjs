// An MCP client of the official SDK that knows nothing of tokens. Calls the tool `count` of the server at the given URL,
// twice; in between, the server refuses the tokens that it has seen.
//
// Prints one line of JSON: the texts, and how many milliseconds lay between two notifications.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

const [url, control] = process.argv.slice(2);
const client = new Client({ name: 'test', version: '1' });
const times = [];
client.setNotificationHandler(LoggingMessageNotificationSchema, () => void times.push(performance.now()));
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
const texts = [];
for (let call = 0; call < 2; call += 1) {
  const { content } = await client.callTool({ name: 'count' });
  texts.push(content[0].text);
  await fetch(`${control}/control/refuse-tokens-so-far`);
}
const seen = await (await fetch(`${control}/control/seen`)).json();
console.log(JSON.stringify({ texts, pause: times[1] - times[0], tokens: new Set(seen).size }));
await client.close();
