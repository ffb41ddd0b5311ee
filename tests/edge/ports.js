// Servers of the tests: on this machine's loopback only, on a port that is free, gone when the test is.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { temporary } from '../temporary.mjs';

/** A key and a certificate for an address, which nobody signed: `{ key, cert, file }`, `file` being the certificate's. */
export function certify(address, name = 'porthole-tests') {
  const folder = temporary('certificate');
  const [key, file] = ['key.pem', 'certificate.pem'].map((each) => join(folder, each));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:FALSE', '-addext', `subjectAltName=IP:${address}`, '-keyout', key, '-out', file], { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(file), file };
}

/** Listens, with TLS when there is a certificate; gives `{ server, port, host, close }`. */
export async function listen(handler, address = '127.0.0.1', certificate = undefined) {
  const create = certificate ? (act) => createTlsServer({ key: certificate.key, cert: certificate.cert }, act) : createServer;
  const server = create((request, response) => {
    Promise.resolve(handler(request, response)).catch((error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise((done, failed) => { server.once('error', failed).listen(0, address, done); });
  const { port } = server.address();
  const close = () => new Promise((done) => { server.closeAllConnections(); server.close(done); });
  return { server, port, host: `${address}:${port}`, close };
}
