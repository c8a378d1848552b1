// @azure/identity for JavaScript, as an application would use it.
//
// Prints one line of JSON: the tokens of the given scopes, or the error of the SDK. PAUSE_SECONDS is the time between two
// tokens.

import { setTimeout } from 'node:timers/promises';

import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
} from '@azure/identity';

const CREDENTIALS = {
  az: AzureCliCredential,
  azd: AzureDeveloperCliCredential,
  default: DefaultAzureCredential,
  managed: ManagedIdentityCredential,
};

const [kind, ...scopes] = process.argv.slice(2);
const credential = new CREDENTIALS[kind]();
try {
  const tokens = [];
  for (const scope of scopes) {
    if (tokens.length > 0) await setTimeout(1000 * (process.env.PAUSE_SECONDS ?? 0));
    tokens.push(await credential.getToken(scope));
  }
  const expiresOn = Math.floor(tokens[0].expiresOnTimestamp / 1000);
  console.log(JSON.stringify({ tokens: tokens.map(({ token }) => token), expires_on: expiresOn }));
} catch (error) {
  console.log(JSON.stringify({ error: error.name, message: error.message }));
}
