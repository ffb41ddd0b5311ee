// A token realm (distribution specification, "Token Authentication"): gives strangers a token for pulling, as public registries do.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from './ports.js';

const ISSUER = 'porthole-tests';

/** A key with a certificate for the registry to trust. */
function identity() {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-realm-'));
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${ISSUER}`, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { folder, key: createPrivateKey(readFileSync(key)), certificate, der: new X509Certificate(readFileSync(certificate)).raw };
}

/** Starts the realm. `requests` are the URLs that it was asked for, with the `authorization` that came along, if any. */
export async function startRealm({ service = 'registry' } = {}) {
  const { folder, key, certificate, der } = identity();
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
  return { realm: `http://${server.host}/token`, host: server.host, service, issuer: ISSUER, certificate, folder, requests, close: server.close };
}
