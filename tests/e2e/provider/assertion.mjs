// The assertion of a client that has a key (RFC 7523). As a program, it prints one:
//
//   node assertion.mjs CLIENT_ID AUDIENCE

import { createSign, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const KEY = new URL('../../../crates/core/src/oauth/jwt/testdata/rsa.pem', import.meta.url);
export const privateKey = readFileSync(KEY, 'utf8');

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , client, audience] = process.argv;
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: client, sub: client, aud: audience, jti: randomUUID(), iat: now, exp: now + 600 };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  console.log(`${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`);
}
