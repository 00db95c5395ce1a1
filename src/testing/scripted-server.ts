/**
 * A server that speaks bytes and not HTTP: each connection plays a script of what to wait for and what to send. What
 * node:http refuses to write (two lengths, a bare LF, a chunk that never ends) is written here, byte for byte.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { settingsOf } from '../options/settings-of.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { type Input, inputOf } from './scripted-input.ts';
import type { ServerTls } from './server.ts';
import { ConnectionLedger, type ListenOptions, listen, originOf, shutDown } from './server-connections.ts';
import { resetSocket } from './site-sockets.ts';
import { sleepWhileOpen } from './sleep-while-open.ts';

/** Bytes to send. A string is one byte for each character (latin1), so that a script can hold any byte. */
export type ScriptBytes = string | Uint8Array;

/** One step of a script. A step that waits ends the script when the connection is gone. */
export type Step =
  /** Waits for the blank line after a head, for so many bytes, for a whole request, or for the client's FIN. */
  | { readonly expect: 'head' | 'request' | 'end' }
  | { readonly expect: 'body'; readonly bytes: number }
  /** Sends bytes, or what a function makes of all that this connection has received. */
  | { readonly send: ScriptBytes | ((received: Buffer) => ScriptBytes) }
  /** Sends piece after piece, as fast as the client reads; may be endless. */
  | { readonly stream: () => Iterable<ScriptBytes> }
  | { readonly wait: number }
  /** Sends `bytes` at a time with `ms` between two. */
  | { readonly trickle: ScriptBytes; readonly bytes: number; readonly ms: number }
  /** Closes our half and goes on reading. */
  | { readonly fin: true }
  | { readonly reset: true }
  /** Nothing more is sent; the connection ends when the client ends it. */
  | { readonly stall: true }
  /** Nothing more is sent, and the client's FIN is not answered either: a host that vanished. */
  | { readonly vanish: true };

/** What a scripted server does on one connection, step by step. */
export type Script = readonly Step[];

/** Where a scripted server listens, and what its waits go by. */
export interface ScriptedServerOptions extends ListenOptions {
  /** Speaks TLS with this key and certificate. Default: plain. */
  readonly tls?: ServerTls | undefined;
  /** What `wait` and `trickle` wait on. */
  readonly clock?: Clock | undefined;
}

const NAMES: readonly (keyof ScriptedServerOptions)[] = ['host', 'port', 'socketPath', 'tls', 'clock'];

/** A server that plays scripts: what it got, and how to end it. */
export interface ScriptedServer extends AsyncDisposable {
  /** `http://127.0.0.1:34567`, no slash at the end. */
  readonly origin: string;
  /** The port it listens on. */
  readonly port: number;
  /** The absolute URL of a path. */
  url(path?: string): string;
  /** All bytes of each connection so far, in the order of the connections. */
  readonly received: readonly Buffer[];
  /** How many sockets are open now. */
  readonly connections: number;
  /** How many were ever opened. */
  readonly totalConnections: number;
  /** Resolves when no socket is open. */
  allClosed(): Promise<void>;
  /** Ends every connection, and the server. */
  close(): Promise<void>;
}

/**
 * Starts a server whose connections each play `script`, or what it returns for their index (from 0). After its last
 * step a connection stays open, as a kept-alive one does, until the client closes it.
 * @throws (as a rejection) what the system says when it cannot listen
 */
export async function startScriptedServer(
  script: Script | ((connection: number) => Script),
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const { clock = systemClock, tls, ...where } = settingsOf('startScriptedServer', options, NAMES);
  const inputs: Input[] = [];
  const onSocket = (socket: Socket) => {
    const input = inputOf(socket);
    const index = inputs.push(input) - 1;
    void play(typeof script === 'function' ? script(index) : script, { socket, input, clock });
  };
  // Half-open sockets: what a FIN of the client's means is up to the script.
  const server: Server = tls
    ? createTlsServer({ ...tls, allowHalfOpen: true }, onSocket)
    : createServer({ allowHalfOpen: true, noDelay: true }, onSocket);
  const ledger = new ConnectionLedger(server);
  const port = await listen(server, where);
  const origin = originOf(tls ? 'https' : 'http', port, where);
  const close = () => shutDown(server, ledger);
  return {
    origin,
    port,
    url: (path = '/') => origin + (path.startsWith('/') ? path : `/${path}`),
    get received() {
      return inputs.map((input) => input.all());
    },
    get connections() {
      return ledger.open;
    },
    get totalConnections() {
      return ledger.total;
    },
    allClosed: () => ledger.allClosed(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One connection and what its script works with. */
interface Stage {
  readonly socket: Socket;
  readonly input: Input;
  readonly clock: Clock;
}

/** Plays a script to its end, then waits for the client to close, as a kept-alive connection does. */
async function play(script: Script, stage: Stage): Promise<void> {
  const { socket, input } = stage;
  try {
    for (const step of script) {
      if (socket.destroyed) return;
      if ('vanish' in step) return;
      if (!(await playStep(step, stage))) break;
    }
    await input.ended();
    socket.end();
  } catch (error) {
    // A script that throws is a mistake of the test: the connection ends, because a hanging test says less.
    socket.destroy(error as Error);
  }
}

/** @returns whether the script goes on */
async function playStep(step: Exclude<Step, { vanish: true }>, stage: Stage): Promise<boolean> {
  const { socket, input } = stage;
  if ('expect' in step) return expectInput(step, input);
  if ('send' in step) {
    await sendAll(socket, [typeof step.send === 'function' ? step.send(input.all()) : step.send]);
  } else if ('stream' in step) {
    await sendAll(socket, step.stream());
  } else if ('wait' in step) {
    return sleepWhileOpen(stage.socket, stage.clock, step.wait);
  } else if ('trickle' in step) {
    const bytes = toBytes(step.trickle);
    for (let at = 0; at < bytes.length && !socket.destroyed; at += step.bytes) {
      if (at > 0 && !(await sleepWhileOpen(stage.socket, stage.clock, step.ms))) return false;
      await sendAll(socket, [bytes.subarray(at, at + step.bytes)]);
    }
  } else if ('fin' in step) {
    socket.end();
  } else if ('reset' in step) {
    await resetSocket(socket);
    return false;
  } else {
    return false;
  }
  return !socket.destroyed;
}

/** Waits for input. Resolves to `false` when the connection ends before it is there. */
function expectInput(step: Extract<Step, { expect: string }>, input: Input): Promise<boolean> {
  if (step.expect === 'head') return input.head();
  if (step.expect === 'request') return input.request();
  if (step.expect === 'body') return input.bytes(step.bytes);
  return input.ended().then(() => true);
}

/** Each piece waits until the system has taken it, so that a reset that follows comes after it on the wire. */
async function sendAll(socket: Socket, pieces: Iterable<ScriptBytes>): Promise<void> {
  for (const piece of pieces) {
    const bytes = toBytes(piece);
    if (bytes.length === 0) continue;
    if (!socket.writable) return;
    await new Promise<void>((resolve) => {
      socket.once('close', resolve);
      socket.write(bytes, () => {
        socket.off('close', resolve);
        resolve();
      });
    });
  }
}

function toBytes(data: ScriptBytes): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
}
