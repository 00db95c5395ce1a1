/** The one worker thread of this process, from the side that waits for it. */
import { RequestError } from '../errors.ts';
import { needBuiltin } from '../platform.ts';
import { ANSWERED, STARTING, type SyncQuestion, type SyncReply, WORKING } from './sync-message.ts';

type Threads = typeof import('node:worker_threads');

/** Milliseconds until the worker must run: loading the package takes a tenth of a second. */
const START_LIMIT = 30_000;

interface Running {
  readonly worker: import('node:worker_threads').Worker;
  readonly port: import('node:worker_threads').MessagePort;
  readonly state: Int32Array<SharedArrayBuffer>;
}

let running: Running | undefined;

/**
 * Asks the worker, and blocks this thread until it has answered.
 * @throws RequestError (`ERR_UNSUPPORTED`) when it cannot be started, TypeError where there are no threads
 */
export function askWorker(question: SyncQuestion): SyncReply {
  const { receiveMessageOnPort } = threads();
  running ??= start();
  const { port, state } = running;
  // A worker that is still starting says itself when it works.
  Atomics.compareExchange(state, 0, ANSWERED, WORKING);
  port.postMessage(question);
  if (Atomics.wait(state, 0, STARTING, START_LIMIT) === 'timed-out') throw stopped();
  Atomics.wait(state, 0, WORKING);
  const received = receiveMessageOnPort(port) as { message: SyncReply } | undefined;
  if (received === undefined) throw stopped();
  return received.message;
}

function start(): Running {
  const { Worker, MessageChannel } = threads();
  const { port1, port2 } = new MessageChannel();
  const state = new Int32Array(new SharedArrayBuffer(4));
  const { file, eval: source } = script();
  // Loaders of this thread (`--import`) have nothing to do there.
  const options = { workerData: { port: port2, state }, transferList: [port2], execArgv: [] };
  const worker = new Worker(source ?? file, { ...options, eval: source !== undefined });
  worker.once('error', () => undefined);
  worker.once('exit', () => {
    if (running?.worker === worker) running = undefined;
  });
  // Neither keeps the process alive.
  worker.unref();
  port1.unref();
  return { worker, port: port1, state };
}

/**
 * The worker's file stands beside this one. Run from the sources, as tests do, it is TypeScript, which a thread does not
 * learn from the one that started it.
 */
function script(): { file: URL; eval?: string } {
  const here = import.meta.url;
  const [, extension = 'js'] = /\.([cm]?[jt]s)(?:\?.*)?$/.exec(here) ?? [];
  if (extension !== 'ts') return { file: new URL(`sync-worker.${extension}`, here) };
  const file = new URL('worker.ts', here);
  return { file, eval: `import('tsx/esm/api').then(({ register }) => { register(); return import('${file.href}'); })` };
}

function stopped(): RequestError {
  void running?.worker.terminate();
  running = undefined;
  const fact = `requestSync could not start its worker from ${script().file.href}; is that file deployed?`;
  return new RequestError(fact, { code: 'ERR_UNSUPPORTED' });
}

function threads(): Threads {
  return needBuiltin<Threads>('node:worker_threads', 'requestSync');
}
