/**
 * A real HTTP(S) server on loopback for tests: the site of `site.ts`, a record of what arrived, a count of the sockets
 * that are open, and a queue of answers for the next requests, as Guzzle's test server has.
 */
import {
  createServer,
  type Server as HttpServer,
  type OutgoingHttpHeaders,
  type RequestListener,
  type ServerOptions,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { settingsOf } from '../options/settings-of.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { ConnectionLedger, type ListenOptions, listen, originOf, shutDown } from './server-connections.ts';
import { type RecordedRequest, RequestLog } from './server-requests.ts';
import { createSite } from './site.ts';
import { deferContinue, discardBody, type SiteCall, writeOut } from './site-route.ts';
import { closeSocket, resetSocket } from './site-sockets.ts';
import { answerUpgrade } from './site-websocket.ts';
import { sleepWhileOpen } from './sleep-while-open.ts';

export type { RecordedRequest } from './server-requests.ts';

/** TLS of a test server, in node:tls's own terms. */
export type ServerTls = Pick<
  TlsOptions,
  'key' | 'cert' | 'ca' | 'requestCert' | 'rejectUnauthorized' | 'minVersion' | 'maxVersion' | 'ciphers' | 'SNICallback'
> & { readonly passphrase?: string };

/** Where the test site listens, and what it answers with. */
export interface TestServerOptions extends ListenOptions {
  /** Speaks TLS with this key and certificate. Default: plain. */
  readonly tls?: ServerTls | undefined;
  /** Answers instead of the site. */
  readonly listener?: RequestListener | undefined;
  /** How many requests are remembered, the newest. Default 1000. */
  readonly keep?: number | undefined;
  /** Milliseconds after which an idle connection is closed, announced in `Keep-Alive`. Default 0: never. */
  readonly keepAliveTimeout?: number | undefined;
  /** What the site's delays wait on. */
  readonly clock?: Clock | undefined;
}

const NAMES: readonly (keyof TestServerOptions)[] = [
  'host',
  'port',
  'socketPath',
  'tls',
  'listener',
  'keep',
  'keepAliveTimeout',
  'clock',
];

/** An answer made before the question. Without a `fault` it is a whole response, 200 and empty unless it says else. */
export interface QueuedAnswer {
  /** Default 200. */
  readonly status?: number | undefined;
  /** The reason phrase. Default: the one of the status. */
  readonly reason?: string | undefined;
  /** Default none. */
  readonly headers?: OutgoingHttpHeaders | undefined;
  /** Default empty. */
  readonly body?: string | Uint8Array | undefined;
  /** Milliseconds to wait first. */
  readonly delay?: number | undefined;
  /**
   * Reset, close or silence. With none of `status`, `headers` and `body` in place of an answer; with one of them after
   * the head and `body`, of a response that promises a byte more.
   */
  readonly fault?: 'reset' | 'close' | 'stall' | undefined;
}

/** The test site while it runs: where it is, what arrived, and answers to put before it. */
export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:34567`, no slash at the end; `http://localhost` on a unix socket. */
  readonly origin: string;
  /** 0 on a unix socket. */
  readonly port: number;
  /** The unix socket it listens on, if it does. */
  readonly socketPath: string | undefined;
  /** The absolute URL of a path; `hostname` replaces the address, as a certificate's name may need. */
  url(path?: string, hostname?: string): string;
  /** What arrived, newest last. */
  readonly requests: readonly RecordedRequest[];
  /** How many sockets are open now. */
  readonly connections: number;
  /** How many were ever opened. */
  readonly totalConnections: number;
  /** Answers for the next requests, whatever their path, before any route. */
  enqueue(...answers: readonly (QueuedAnswer | RequestListener)[]): void;
  /** How many answers are still queued. */
  readonly queued: number;
  /** Forgets requests and queued answers. */
  clear(): void;
  /** Resolves when no socket is open. */
  allClosed(): Promise<void>;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a server on a free port of 127.0.0.1, or on a unix socket.
 * @throws (as a rejection) what the system says when it cannot listen
 */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  settingsOf('startServer', options, NAMES);
  const log = new RequestLog(options.keep ?? 1000);
  const queue: (QueuedAnswer | RequestListener)[] = [];
  const server = createListening(options, log, queue);
  const ledger = new ConnectionLedger(server);
  const port = await listen(server, options);
  const scheme = options.tls ? 'https' : 'http';
  const origin = originOf(scheme, port, options);
  const close = () => shutDown(server, ledger);
  return {
    origin,
    port,
    socketPath: options.socketPath,
    // Put together as text: a test may need a path that no URL parser has touched.
    url: (path = '/', hostname) =>
      (hostname === undefined ? origin : originOf(scheme, port, { host: hostname })) +
      (path.startsWith('/') ? path : `/${path}`),
    requests: log.entries,
    get connections() {
      return ledger.open;
    },
    get totalConnections() {
      return ledger.total;
    },
    get queued() {
      return queue.length;
    },
    enqueue: (...answers) => void queue.push(...answers),
    clear: () => {
      queue.length = 0;
      log.clear();
    },
    allClosed: () => ledger.allClosed(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The server with everything that is counted, recorded and queued in front of the site. */
function createListening(
  options: TestServerOptions,
  log: RequestLog,
  queue: (QueuedAnswer | RequestListener)[],
): HttpServer {
  const { tls, listener, clock = systemClock } = options;
  const site = listener ?? createSite({ clock });
  const answer: RequestListener = (req, res) => {
    log.record(req);
    const next = queue.shift();
    if (next === undefined) site(req, res);
    else if (typeof next === 'function') next(req, res);
    else void playAnswer({ req, res, clock }, next);
  };
  const server = tls
    ? createTlsServer({ ...serverOptions(options), ...tls }, answer)
    : createServer(serverOptions(options), answer);
  server.on('checkContinue', (req, res) => {
    // The site and queued answers decide about the 100 themselves; a listener from outside may not know that it has to.
    const next = queue[0] ?? listener;
    if (typeof next === 'function') res.writeContinue();
    else deferContinue(res);
    answer(req, res);
  });
  server.on('upgrade', (req, socket, head) => answerUpgrade(answer, req, socket as Socket, head));
  return server;
}

/** No timeouts of the server's own: when a connection ends, a test can be sure that it was its own doing. */
function serverOptions(options: TestServerOptions): ServerOptions {
  return {
    keepAliveTimeout: options.keepAliveTimeout ?? 0,
    headersTimeout: 0,
    requestTimeout: 0,
    maxHeaderSize: 1024 * 1024,
  };
}

/** Gives a queued answer, or the part of it that comes before its fault. */
async function playAnswer(call: Pick<SiteCall, 'req' | 'res' | 'clock'>, answer: QueuedAnswer): Promise<void> {
  const { req, res } = call;
  const { status = 200, reason, headers, body = '', delay = 0, fault } = answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  try {
    await discardBody(call);
    if (delay > 0 && !(await sleepWhileOpen(call.res, call.clock, delay))) return;
    const silent = answer.status === undefined && headers === undefined && answer.body === undefined;
    if (fault === undefined || !silent) {
      const length = fault === undefined ? bytes.length : bytes.length + 1;
      const bodyless = status === 204 || status === 304; // RFC 9110 section 8.6
      const all = bodyless || hasFraming(headers) ? headers : { 'Content-Length': length, ...headers };
      if (reason === undefined) res.writeHead(status, all);
      else res.writeHead(status, reason, all);
      if (fault === undefined) {
        res.end(bytes);
        return;
      }
      res.flushHeaders();
      await writeOut(call, bytes);
    }
    if (fault === 'reset') await resetSocket(req.socket);
    if (fault === 'close') closeSocket(req.socket);
  } catch {
    // The client went away, or the answer cannot be written: the test sees the connection end.
    res.destroy();
  }
}

/** Whether the test has said how the body is delimited: then nothing is added. */
function hasFraming(headers: OutgoingHttpHeaders | undefined): boolean {
  return Object.keys(headers ?? {}).some((name) => /^(content-length|transfer-encoding)$/i.test(name));
}
