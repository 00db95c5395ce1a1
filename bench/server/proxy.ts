/** A forward proxy (RFC 9110 3.7): requests in absolute form, and tunnels by CONNECT. Connections are kept on both sides. */
import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { seen } from './seen.ts';

const agent = new http.Agent({ keepAlive: true, scheduling: 'lifo' });

/** RFC 9110 7.6.1: what is about one connection is not sent on. */
function onward({ connection, 'proxy-connection': _, 'keep-alive': __, ...headers }: OutgoingHttpHeaders) {
  return headers;
}

function forward(request: IncomingMessage, response: ServerResponse): void {
  seen.forwarded++;
  const { method, headers } = request;
  const { host, pathname, search, hostname, port } = new URL(request.url!);
  const options = { agent, method, hostname, port, path: pathname + search, headers: { ...onward(headers), host } };
  const outgoing = http.request(options, (answer) => {
    response.writeHead(answer.statusCode!, onward(answer.headers));
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  request.pipe(outgoing);
}

function tunnel({ url }: IncomingMessage, client: Duplex): void {
  seen.tunnels++;
  const [host, port] = url!.split(':');
  const origin = connect({ host, port: Number(port), noDelay: true }, () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.pipe(origin).pipe(client);
  });
  client.on('error', () => origin.destroy());
  origin.on('error', () => client.destroy());
}

export function proxyServer(): http.Server {
  return http.createServer(forward).on('connect', tunnel);
}
