/**
 * Sends over the runtime's own fetch what it is told, and tells what came of it: a request as JSON on each line of the
 * input, an outcome on each line of the output. Runs in Bun and in Deno, see `own-options.ts`.
 */
import { createInterface } from 'node:readline';
import { Client } from '../../src/client/client.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';

export interface Told {
  readonly url: string;
  readonly method?: string;
  readonly options: RequestOptions;
  /** Over the client as it is made without a handler. */
  readonly chosen?: boolean;
  /** Serves over HTTP/3 in this process, which no other has, and asks that. */
  readonly http3?: { readonly cert: string; readonly key: string };
}

export interface Outcome {
  /** What the site has seen of it, as JSON. */
  readonly text?: string;
  readonly version?: string;
  readonly coding?: string;
  readonly code?: string;
  readonly message?: string;
}

interface Bun {
  serve(options: object): { readonly port: number; stop(closes: boolean): unknown };
}

const overFetch = new Client({ handler: HandlerStack.create(fetchHandler()), timeout: 20_000 });
const overChosen = new Client({ timeout: 20_000 });

async function asked({ url, method = 'GET', options, chosen = false }: Told): Promise<Outcome> {
  try {
    const response = await (chosen ? overChosen : overFetch).request(method, url, options);
    const coding = response.headers.get('content-encoding');
    return { text: await response.text(), version: response.protocolVersion, ...(coding !== null && { coding }) };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { code: code ?? 'no code', message };
  }
}

async function answered(told: Told): Promise<Outcome> {
  if (told.http3 === undefined) return asked(told);
  const { Bun } = globalThis as unknown as { Bun?: Bun };
  if (Bun === undefined) return asked(told);
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    http3: true,
    tls: told.http3,
    fetch: async (request: Request) =>
      Response.json({ method: request.method, body: await request.text(), path: new URL(request.url).pathname }),
  });
  try {
    return await asked({ ...told, url: `https://127.0.0.1:${server.port}/http3` });
  } finally {
    void server.stop(true);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answered(JSON.parse(line) as Told)));
}
// Connections that are kept would hold it.
process.exit(0);
