/** The one worker thread of this process, from the side that waits for it. */
import { NetworkError, RequestError, type TransferError } from '../message/errors.ts';
import { needBuiltin } from '../runtime/platform.ts';
import { LISTENS, type NumberedReply, SAID, type SyncQuestion, type SyncReply } from './sync-message.ts';

type Threads = typeof import('node:worker_threads');
type MessagePort = import('node:worker_threads').MessagePort;

/** Milliseconds between two looks at whether the worker is still there. */
const LOOK_EVERY = 500;
/** Looks until it must listen, which is half a minute: loading the package takes a tenth of a second. */
const MOST_LOOKS = 60;

/** The worker and the means to hear of it while this thread sleeps. */
interface Running {
  readonly worker: import('node:worker_threads').Worker;
  readonly port: MessagePort;
  /** One end of a channel that closes with the thread. */
  canary: MessagePort;
  readonly shared: Int32Array<SharedArrayBuffer>;
}

/** Started by the first call, and again when it has ended. */
let running: Running | undefined;
/** The number of the last question. */
let asked = 0;

/**
 * Asks the worker, and blocks this thread until it has answered.
 * @throws RequestError (`ERR_UNSUPPORTED`) when it cannot be started, NetworkError when it dies meanwhile, TypeError where
 * there are no threads
 */
export function askWorker(question: Omit<SyncQuestion, 'number'>): SyncReply {
  if (running === undefined || isGone(running)) running = start();
  const { port, shared } = running;
  const number = ++asked;
  port.postMessage({ ...question, number });
  let isOver = false;
  for (let looks = 1; ; looks++) {
    // Read before the port is: a reply that comes in between makes `wait` return at once.
    const said = Atomics.load(shared, SAID);
    const reply = replyTo(number, port);
    if (reply !== undefined) return reply;
    if (isOver) throw ended(running);
    const isSilent = Atomics.wait(shared, SAID, said, LOOK_EVERY) === 'timed-out';
    if (isSilent) isOver = isGone(running) || (looks > MOST_LOOKS && !isListening(running));
  }
}

/** Those of questions before, which failed by a failure of the worker itself, are thrown away. */
function replyTo(number: number, port: MessagePort): SyncReply | undefined {
  const { receiveMessageOnPort } = threads();
  for (;;) {
    const received = receiveMessageOnPort(port) as { message: NumberedReply } | undefined;
    if (received === undefined || received.message.number === number) return received?.message.reply;
  }
}

/** Starts the worker. It has two channels: one for questions and replies, one that tells whether it lives. */
function start(): Running {
  const { Worker, MessageChannel } = threads();
  const talk = new MessageChannel();
  const life = new MessageChannel();
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const { file, eval: source } = script();
  const worker = new Worker(source ?? file, {
    eval: source !== undefined,
    workerData: { port: talk.port2, canary: life.port2, shared },
    transferList: [talk.port2, life.port2],
    // Loaders of this thread (`--import`) have nothing to do there; proxies of the environment may change.
    execArgv: [],
    env: threads().SHARE_ENV,
  });
  worker.once('error', () => undefined);
  // Neither keeps the process alive.
  worker.unref();
  talk.port1.unref();
  return { worker, port: talk.port1, canary: life.port1, shared };
}

/**
 * Events of the worker do not arrive while this thread waits, but the end of a channel that is closed cannot be handed
 * on any more, which shows at once.
 */
function isGone(found: Running): boolean {
  const { MessageChannel, receiveMessageOnPort } = threads();
  receiveMessageOnPort(found.canary);
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(found.canary, [found.canary]);
    found.canary = (receiveMessageOnPort(port2) as { message: MessagePort }).message;
    return false;
  } catch {
    return true;
  } finally {
    port1.close();
  }
}

/** Whether the worker has loaded and waits for questions. */
function isListening({ shared }: Running): boolean {
  return Atomics.load(shared, LISTENS) === 1;
}

/**
 * The worker's file stands beside the bundled one. Run from the sources, as tests do, it is TypeScript, which a thread
 * does not learn from the one that started it.
 */
function script(): { file: URL; eval?: string } {
  const here = import.meta.url;
  const [, extension = 'js'] = /\.([cm]?[jt]s)(?:\?.*)?$/.exec(here) ?? [];
  if (extension !== 'ts') return { file: new URL(`sync-worker.${extension}`, here) };
  const file = new URL('../sync-worker.ts', here);
  return { file, eval: `import('tsx/esm/api').then(({ register }) => { register(); return import('${file.href}'); })` };
}

/** The error for a worker that is gone or never came up; the next call starts another one. */
function ended(found: Running): TransferError {
  void found.worker.terminate();
  running = undefined;
  if (isListening(found)) return new NetworkError('the worker of requestSync ended before the answer was there', {});
  const fact = `requestSync could not start its worker from ${script().file.href}; is that file deployed?`;
  return new RequestError(fact, { code: 'ERR_UNSUPPORTED', attempts: 0 });
}

function threads(): Threads {
  return needBuiltin<Threads>('node:worker_threads', 'requestSync');
}
