/** The thread that sends what another one blocks for. It lives as long as the process, and holds it for nothing. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { Client } from './client/client.ts';
import { isTransferError, type TransferError } from './message/errors.ts';
import { BoundedMap } from './runtime/bounded-map.ts';
import {
  LISTENS,
  receivedOptions,
  SAID,
  type SyncAnswer,
  type SyncQuestion,
  type SyncReply,
} from './sync/sync-message.ts';

const { port, shared } = workerData as { port: MessagePort; shared: Int32Array };
/** Clients whose connections are kept. */
const clients = new BoundedMap<number, Client>(16, (client) => {
  void client.close();
  return true;
});
/** The question under way, to which an uncaught error is the reply. */
let asked = 0;

port.on('message', (question: SyncQuestion) => {
  const { number } = question;
  asked = number;
  answerTo(question).then(
    (answer) => reply(number, { answer }),
    (error) => reply(number, failureOf(error)),
  );
});
// Whoever waits must not wait for ever.
process.on('uncaughtException', (error) => reply(asked, failureOf(error)));
Atomics.store(shared, LISTENS, 1);
say();

/** Sends the request and reads the whole body, which goes back in one message. */
async function answerTo({ client, defaults, method, uri, options }: SyncQuestion): Promise<SyncAnswer> {
  const response = await clientOf(client, () => new Client(receivedOptions(defaults))).request(
    method,
    uri,
    Object.assign(receivedOptions(options), { stream: false }),
  );
  const { status, statusText, headers, protocolVersion, url, redirects, attempts, sink } = response;
  const body = sink === undefined ? await response.bytes() : undefined;
  const raw = [...headers.toRaw()];
  return { status, statusText, headers: raw, protocolVersion, url, redirects, attempts, body };
}

/** The client that stands here for the caller's, made for its first question. */
function clientOf(id: number, make: () => Client): Client {
  const known = clients.use(id);
  if (known !== undefined) return known;
  const client = make();
  clients.set(id, client);
  return client;
}

/** An error as data: ours can be made whole again, of others the name and the words go. */
function failureOf(error: unknown): SyncReply {
  if (isTransferError(error)) return { failure: (error as TransferError).toJSON() };
  const { name = 'Error', message = String(error) } = (error ?? {}) as Partial<Error>;
  return { mistake: { name, message } };
}

function reply(number: number, message: SyncReply): void {
  port.postMessage({ number, reply: message });
  say();
}

/** Wakes the thread that waits: the message must be posted before. */
function say(): void {
  Atomics.add(shared, SAID, 1);
  Atomics.notify(shared, SAID);
}
