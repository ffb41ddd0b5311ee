// Servers of the tests: on this machine's loopback only, on a port that is free, gone when the test is.
import { createServer } from 'node:http';

/** Listens; gives `{ server, port, host, close }`. */
export async function listen(handler, address = '127.0.0.1') {
  const server = createServer((request, response) => {
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
