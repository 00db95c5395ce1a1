/**
 * Run as a process of its own by `pollution.test.ts`: what is put on `Object.prototype` here reaches no test runner. Sends
 * the same requests clean and polluted, and writes what came back, and after each round what the server got, as JSON.
 */
import { Client } from '../../src/client/client.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import '../../src/default-stack.ts';
import { matrixHandlers } from './fault-cells.ts';
import { polluted } from './pollute.ts';
import { pollutionRows } from './pollution-rows.ts';
import { startWireRecorder } from './wire-recorder.ts';

/** What a round of requests sent and got. */
export interface Round {
  readonly name: string;
  readonly sent: readonly string[];
  readonly got: unknown;
}

/** Requests of every kind, and what came back. */
async function askAll(client: Client, origin: string, isFetch: boolean): Promise<unknown[]> {
  const got: unknown[] = [];
  const ask = async (call: Promise<{ status: number; json(): Promise<unknown> }>) => {
    const response = await call;
    got.push(response.status, await response.json());
  };
  await ask(client.get('a', { query: { q: [1, 2] } }));
  if (!isFetch) await ask(client.get(`${origin.replace('127.0.0.1', 'localhost')}/named`, { forceIpResolve: 'v4' }));
  await ask(client.get('redirect', { allowRedirects: {} }));
  await ask(client.post('form', { formParams: { a: { b: 1 } } }));
  await ask(client.put('json', { json: { a: 1 }, retry: {} }));
  const parts = [
    { name: 'a', contents: 'x' },
    { name: 'b', contents: { c: 1 } },
  ];
  await ask(client.post('multipart', { multipart: parts }));
  await ask(client.get('auth', { auth: ['ada', 's3cret'], headers: { 'X-A': 'b' }, cookies: { own: '1' } }));
  await ask(client.get('stream', { stream: true }));
  await ask(client.fetch(`${origin}/fetch`, { method: 'POST', body: 'text' }));
  return got;
}

/** With a client of its own, made while the prototype is polluted. */
async function round(name: string, properties: Readonly<Record<string, unknown>>, handler: string): Promise<Round> {
  const recorder = await startWireRecorder();
  let client: Client | undefined;
  const run = async () => {
    client = new Client({
      handler: HandlerStack.create(matrixHandlers[handler]!()),
      baseUri: `${recorder.origin}/`,
      cookies: true,
    });
    return askAll(client, recorder.origin, handler === 'fetch');
  };
  let late: NodeJS.Timeout | undefined;
  const hang = new Promise((resolve) => {
    // The first round loads what is loaded with a first request, which a busy machine is late with.
    late = setTimeout(resolve, name === 'clean' ? 30_000 : 2_000, 'hangs');
  });
  const got = await polluted(properties, () => Promise.race([run().catch(String), hang]));
  clearTimeout(late);
  await client?.destroy();
  const sent = (await recorder.take()).map((text) => comparable(text, recorder.origin));
  await recorder.close();
  return { name, sent, got };
}

/** Boundaries and ports are random; everything else is not. */
function comparable(text: string, origin: string): string {
  return text.replaceAll(/[0-9a-f]{40}/g, 'BOUNDARY').replaceAll(origin.slice('http://127.0.0.1'.length), ':PORT');
}

async function main(handler: string): Promise<void> {
  const rounds = [await round('clean', {}, handler)];
  for (const [name, properties] of pollutionRows(handler)) rounds.push(await round(name, properties, handler));
  process.stdout.write(JSON.stringify(rounds));
}

await main(process.argv[2]!);
