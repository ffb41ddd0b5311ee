// A token realm (distribution specification, "Token Authentication"): gives strangers a token for pulling, as public registries do.
import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { certify, listen } from './ports.js';

const ISSUER = 'porthole-tests';

/** Starts the realm. `requests` are the URLs that it was asked for, with the `authorization` that came along, if any. */
export async function startRealm({ service = 'registry' } = {}) {
  const identity = certify('127.0.0.1', ISSUER);
  const key = createPrivateKey(identity.key);
  const der = new X509Certificate(identity.cert).raw;
  const requests = [];
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (scopes) => {
    const now = Math.floor(Date.now() / 1000);
    const access = scopes.map((scope) => scope.split(':')).map((words) => ({ type: words[0], name: words.slice(1, -1).join(':'), actions: words.at(-1).split(',').filter((action) => action === 'pull') }));
    const signed = [
      part({ typ: 'JWT', alg: 'ES256', x5c: [der.toString('base64')] }),
      part({ iss: ISSUER, sub: '', aud: service, exp: now + 300, nbf: now - 10, iat: now, jti: randomUUID(), access }),
    ].join('.');
    return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const server = await listen((request, response) => {
    const url = new URL(request.url, 'http://realm');
    requests.push({ url: request.url, authorization: request.headers.authorization });
    if (url.pathname !== '/token') return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: token(url.searchParams.getAll('scope')), expires_in: 300 }));
  });
  return { realm: `http://${server.host}/token`, host: server.host, service, issuer: ISSUER, certificate: identity.file, requests, close: server.close };
}
