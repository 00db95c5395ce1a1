/** Programs are watched by agents that wrap `http.request` and copy the headers that they find in its options. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http, { type ClientRequest, type RequestOptions as NodeOptions } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { propagation } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../../src/client/client.ts';
import '../../../src/default-stack.ts';
import { nodeHttpHandler } from '../../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../../src/handlers/node/stream.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { plainResponse } from '../../../src/testing/faults.ts';
import { type ScriptedServer, startScriptedServer } from '../../../src/testing/scripted-server.ts';
import { certificates } from '../../support/certificates.ts';
import { startHttpProxy } from '../../support/http-proxy.ts';

const require = createRequire(import.meta.url);
const MARK = 'traceparent';

interface Agent {
  readonly name: string;
  start(): void;
  stop(): void;
}

const original = http.request;

/** What the last request named in its options. */
let named: NodeOptions = {};

/** As OpenTelemetry and dd-trace do it, in the fewest lines. */
const copying: Agent = {
  name: 'an agent that copies options.headers',
  start() {
    const wrapped = (options: NodeOptions, ...rest: never[]): ClientRequest => {
      named = options;
      const copy = { ...options, headers: { ...(options.headers as object), [MARK]: '00-own' } };
      return original(copy, ...rest);
    };
    http.request = wrapped as typeof http.request;
    syncBuiltinESMExports();
  },
  stop() {
    http.request = original;
    syncBuiltinESMExports();
  },
};

let instrumentation: HttpInstrumentation | undefined;
const openTelemetry: Agent = {
  name: "OpenTelemetry's instrumentation of node:http",
  start() {
    propagation.setGlobalPropagator({
      inject: (_, carrier, setter) => setter.set(carrier, MARK, '00-own'),
      extract: (context) => context,
      fields: () => [MARK],
    });
    instrumentation = new HttpInstrumentation({ disableIncomingRequestInstrumentation: true });
    // The instrumentation takes a module over when it is asked for.
    for (const name of ['http', 'https']) require(name);
    syncBuiltinESMExports();
    expect(http.request).not.toBe(original);
  },
  stop() {
    instrumentation?.disable();
    propagation.disable();
    syncBuiltinESMExports();
  },
};

/** The lines of a head, the request line first. */
function headOf(server: ScriptedServer, connection = 0): string[] {
  return server.received[connection]!.toString('latin1').split('\r\n\r\n')[0]!.split('\r\n');
}

async function* inPieces(): AsyncGenerator<string> {
  yield 'one ';
  yield 'two';
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function answering(tls?: { cert: string; key: string }): Promise<ScriptedServer> {
  const server = await startScriptedServer([{ expect: 'request' }, { send: plainResponse('fine') }], tls && { tls });
  closing.push(() => server.close());
  return server;
}

function clientOf(options: ConstructorParameters<typeof Client>[0] = {}): Client {
  const client = new Client(options);
  closing.push(() => client.close());
  return client;
}

describe.each([copying, openTelemetry])('under $name', (agent) => {
  beforeAll(() => agent.start());
  afterAll(() => agent.stop());

  for (const [what, call] of [
    ['a streamed GET', (client, url) => client.get(url, { stream: true })],
    [
      'a streamed GET with repeated lines',
      (client, url) => client.get(url, { stream: true, headers: { 'X-A': ['1', '2'] } }),
    ],
    ['a POST that streams both ways', (client, url) => client.post(url, { body: inPieces, stream: true })],
    ['a POST with expect', (client, url) => client.post(url, { body: 'text', expect: true })],
  ] as readonly (readonly [string, (client: Client, url: string) => Promise<{ text(): Promise<string> }>])[]) {
    it(`${what} has its own head`, async () => {
      const server = await answering();
      const response = await call(clientOf(), server.url('/a?b=c'));
      expect(await response.text()).toBe('fine');
      const [, host, ...lines] = headOf(server);
      expect(host).toBe(`Host: 127.0.0.1:${server.port}`);
      expect(lines).toContain(`${MARK}: 00-own`);
      expect(lines.filter((line) => /^\d/.test(line))).toEqual([]);
    });
  }

  it('a download has its own head', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agents-'));
    closing.push(() => rm(folder, { recursive: true }));
    const server = await answering();
    const path = join(folder, 'file');
    await clientOf().download(server.url('/file'), path);
    expect(await readFile(path, 'utf8')).toBe('fine');
    expect(headOf(server)[1]).toBe(`Host: 127.0.0.1:${server.port}`);
    expect(headOf(server)).toContain(`${MARK}: 00-own`);
  });

  it.each([
    ['node:http', nodeHttpHandler],
    ['stream', streamHandler],
  ])('a request over %s keeps the order and the case of its lines', async (_, make) => {
    const server = await answering();
    const handler = make();
    closing.push(async () => handler.close?.());
    const lines: [string, string][] = [
      ['X-Last', '1'],
      ['Host', 'own.test'],
      ['cookie', 'a=b'],
      ['ACCEPT', '*/*'],
      ['x-list', '1'],
      ['x-list', '2'],
    ];
    await handler(new HttpRequest('GET', server.url('/'), lines), {});
    const sent = headOf(server).slice(1);
    expect(sent.filter((line) => !/^(?:traceparent|connection)/i.test(line))).toEqual(
      lines.map(([name, value]) => `${name}: ${value}`),
    );
  });

  it('a request through a proxy has its own head, forwarded and in a tunnel', async () => {
    const pem = await certificates();
    const proxy = await startHttpProxy();
    closing.push(() => proxy.close());
    const plain = await answering();
    const secure = await answering(pem.server);
    const client = clientOf({ proxy: proxy.url, ca: pem.ca.cert, stream: true });
    for (const server of [plain, secure]) {
      const response = await client.get(server.url('/x'));
      expect([response.status, await response.text()]).toEqual([200, 'fine']);
      expect(headOf(server)).toContain(`${MARK}: 00-own`);
    }
    expect(proxy.seen.map(({ kind, headers }) => [kind, headers?.includes('0')])).toEqual([
      ['forward', false],
      ['connect', false],
    ]);
  });
});

describe('the options of http.request', () => {
  beforeAll(() => copying.start());
  afterAll(() => copying.stop());

  it('name the server, so that a span says where it went', async () => {
    const pem = await certificates();
    for (const [protocol, tls] of [['http:'], ['https:', pem.server]] as const) {
      const server = await answering(tls);
      const response = await clientOf({ ca: pem.ca.cert, stream: true }).get(server.url('/x'));
      await response.text();
      expect(named).toMatchObject({
        protocol,
        host: '127.0.0.1',
        hostname: '127.0.0.1',
        port: server.port,
        path: '/x',
      });
    }
  });
});
