/**
 * The WebSocket of the test site. A handshake comes to it through the routes, like any request, so that a test can have it
 * redirected, challenged or refused by whatever route it asks for.
 */
import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type SiteCall, type SiteRoute, sendJson } from './site-route.ts';

/** For each response whose connection may switch, the bytes that came behind the handshake. */
const heads = new WeakMap<ServerResponse, Buffer>();

/** For a server's `upgrade` event: lets `listener` answer, and ends the connection with an answer that does not switch. */
export function answerUpgrade(listener: RequestListener, req: IncomingMessage, socket: Socket, head: Buffer): void {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(socket);
  heads.set(res, head);
  res.once('finish', () => socket.end());
  socket.on('error', () => res.destroy());
  listener(req, res);
}

/** Switches and sends every message back. A plain GET is told to upgrade. */
async function echo(call: SiteCall): Promise<void> {
  const { req, res } = call;
  const head = heads.get(res);
  const { socket } = req;
  if (head === undefined || req.headers.upgrade?.toLowerCase() !== 'websocket') {
    // RFC 9110 section 15.5.22: a 426 says what to upgrade to.
    const headers = { Upgrade: 'websocket', Connection: 'Upgrade' };
    sendJson(call, { error: 'this is a WebSocket' }, { status: 426, headers });
    return;
  }
  const { WebSocketServer } = await import('ws');
  res.detachSocket(socket);
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: call.query.get('compression') !== 'no' });
  server.handleUpgrade(req, socket, head, (webSocket) => {
    webSocket.on('error', () => undefined);
    webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }));
  });
}

export const webSocketRoutes: readonly SiteRoute[] = [
  {
    path: '/ws/echo',
    methods: ['GET'],
    about: 'A WebSocket that sends each message back; it takes the first subprotocol that is offered.',
    answer: echo,
  },
];
