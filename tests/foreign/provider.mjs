// A certified OpenID provider that is not ours, for tests (https://openid.net/certification/).
//
// Usage: node provider.mjs MODULES CERTIFICATE SETTINGS
// MODULES is the folder in which oidc-provider was installed, CERTIFICATE a PEM file with key and
// certificate of localhost, SETTINGS is JSON: {"username", "password", "ttl": {NAME: seconds}}.
// It prints the issuer once it listens.

import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { parse } from 'node:querystring';
import { pathToFileURL } from 'node:url';

const [modules, certificate, told] = process.argv.slice(2);
const { username, password, ttl } = JSON.parse(told);
const entry = path.join(modules, 'node_modules/oidc-provider/lib/index.js');
const { Provider } = await import(pathToFileURL(entry));

const pem = fs.readFileSync(certificate);
const server = https.createServer({ key: pem, cert: pem });
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `https://localhost:${server.address().port}`;

const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const signing = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'authx-cli',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://localhost:8765'],
      response_types: ['code'],
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
    },
  ],
  jwks: { keys: [signing] },
  cookies: { keys: [crypto.randomBytes(16).toString('hex')] },
  scopes: ['openid'],
  claims: { openid: ['sub', 'preferred_username'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
  },
  ttl: { AccessToken: 300, IdToken: 300, RefreshToken: 3600, DeviceCode: 600, Session: 3600,
    Grant: 3600, Interaction: 600, ...ttl },
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id }),
  }),
  // Whoever signs in agrees, as at a centre's own provider.
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
});

const form = (message) => `<!doctype html><title>Sign in</title><p>${message}</p>
<form method="post"><input name="username"><input name="password" type="password">
<button name="do" value="login">Sign in</button><button name="do" value="deny">No</button></form>`;

function show(response, status, page) {
  response.writeHead(status, { 'Content-Type': 'text/html' });
  response.end(page);
}

async function signIn(request, response) {
  const { prompt } = await provider.interactionDetails(request, response);
  if (prompt.name === 'consent') {
    const merge = { mergeWithLastSubmission: true };
    return provider.interactionFinished(request, response, { consent: {} }, merge);
  }
  if (request.method === 'GET') return show(response, 200, form(''));
  let body = '';
  for await (const chunk of request) body += chunk;
  const typed = parse(body);
  if (typed.do === 'deny') {
    return provider.interactionFinished(request, response, { error: 'access_denied' });
  }
  if (typed.username !== username || typed.password !== password) {
    return show(response, 401, form('Wrong user name or password'));
  }
  return provider.interactionFinished(request, response, { login: { accountId: username } });
}

const ours = provider.callback();
server.on('request', (request, response) => {
  if (!request.url.startsWith('/sign-in/')) return ours(request, response);
  return signIn(request, response).catch((error) => show(response, 400, error.message));
});
console.log(issuer);
