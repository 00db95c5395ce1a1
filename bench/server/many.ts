/** Servers at ports of their own: to a client, as many origins. */
import http, { type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ORIGINS } from '../site.ts';

/** Milliseconds, which the clients are told: longer than a case takes. */
const KEPT = 60_000;

let open: http.Server[] = [];
let connections = 0;

/** @returns their ports */
export function openMany(answer: RequestListener): Promise<number[]> {
  open = Array.from({ length: ORIGINS }, () => http.createServer({ keepAliveTimeout: KEPT }, answer));
  for (const server of open) server.on('connection', counted);
  return Promise.all(open.map((server) => listen(server)));
}

/** Closes them with all their connections. @returns how many there were */
export async function closeMany(): Promise<number> {
  const kept = connections;
  const closed = open.map((server) => new Promise((resolve) => server.close(resolve)));
  for (const server of open) server.closeAllConnections();
  await Promise.all(closed);
  open = [];
  return kept;
}

function counted(socket: Socket): void {
  connections++;
  socket.on('close', () => connections--);
}

function listen(server: http.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
