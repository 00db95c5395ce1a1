/**
 * A service that asks another one, and how it ends: on SIGTERM it takes no more requests, lets those under way finish
 * within a time, with every call that they make, and exits. `UPSTREAM` is the origin to ask, `PORT` the port to listen at
 * (default: any that is free), `GRACE` the milliseconds for the requests (default `5000`). A second SIGTERM ends it at once.
 */

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, isTransferError } from 'sluice';

const { UPSTREAM = 'http://127.0.0.1:8080', PORT = '0', GRACE = '5000' } = process.env;
const client = new Client({ baseUri: UPSTREAM, timeout: '30s', retry: 2 });

const server = createServer((_, response) => void answer(response));
server.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
console.log(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
process.once('SIGTERM', () => void shutDown());

async function answer(response: ServerResponse): Promise<void> {
  // Two calls, one after the other: the second may begin after the signal.
  const [user, refused] = await client.attempt('GET', '/user', { httpErrors: false });
  const [result, error] = user ? await client.attempt('GET', '/report', { httpErrors: false }) : [undefined, refused];
  // Node closes the connections that are idle when the server closes. A busy one is told to go with its answer.
  if (!server.listening) response.setHeader('Connection', 'close');
  if (result === undefined) {
    const code = isTransferError(error) ? error.code : 'ERR_UNKNOWN';
    response.writeHead(code === 'ERR_CLIENT_CLOSED' ? 503 : 502, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ code }));
    return;
  }
  response.writeHead(result.status, { 'Content-Type': result.headers.get('content-type') ?? 'text/plain' });
  response.end(await result.bytes());
}

async function shutDown(): Promise<void> {
  const over = AbortSignal.timeout(Number(GRACE));
  const closed = once(server, 'close');
  server.close();
  console.log('shutting down');
  // Requests under way may still make calls, so the client closes after them, or when the time is over.
  await Promise.race([closed, once(over, 'abort')]);
  await client.close({ signal: over });
  // Every call is over by now, and its answer on the way. Whoever does not take it within a second holds nobody up.
  setTimeout(() => server.closeAllConnections(), 1000).unref();
  await closed;
  process.exit(0);
}
