// Grants that oidc-provider does not have: token exchange (RFC 8693), and Entra's on-behalf-of flow. Both exchange an
// access token of a user for one of the client that presents it.

import { errors } from 'oidc-provider';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export function registerExchanges(provider) {
  const parameters = ['subject_token', 'subject_token_type', 'requested_token_type', 'scope', 'audience', 'resource'];
  provider.registerGrantType(TOKEN_EXCHANGE, exchange('subject_token'), parameters, ['audience', 'resource']);
  provider.registerGrantType(JWT_BEARER, exchange('assertion'), ['assertion', 'requested_token_use', 'scope']);
}

function exchange(member) {
  return async (ctx) => {
    const { client, params, provider } = ctx.oidc;
    const subject = params[member] && (await provider.AccessToken.find(params[member]));
    if (!subject) throw new errors.InvalidGrant('the token of the user is unknown or has expired');
    const token = new provider.AccessToken({
      accountId: subject.accountId,
      client,
      grantId: subject.grantId,
      gty: 'exchange',
      scope: params.scope,
    });
    ctx.oidc.entity('AccessToken', token);
    ctx.oidc.entity('Account', { accountId: subject.accountId });
    ctx.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: params.scope,
      token_type: token.tokenType,
    };
  };
}
