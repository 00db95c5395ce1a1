/** Recipes for services: logs, metrics, ids and retries, each against a server on loopback. */
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measuredClient } from '../../examples/metrics.ts';
import { identified, client as identifiedClient, requestId } from '../../examples/request-ids.ts';
import { patientClient, verdict } from '../../examples/retries-with-budget.ts';
import { logAttempts, stackWith } from '../../examples/structured-logs.ts';
import { Client, get, HandlerStack, HttpResponse, type RequestOptions } from '../../src/index.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

describe('examples/structured-logs.ts', () => {
  async function linesOf(uri: string, options = {}) {
    const lines: Record<string, unknown>[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const client = new Client({ handler: stackWith(logger), onStats: logAttempts(logger), baseUri: server.origin });
    await client.attempt('GET', uri, options);
    await client.close();
    return lines;
  }

  it('writes a line for each attempt and one for the call', async () => {
    const lines = await linesOf('/flaky?fail=1&key=logs', { retry: { limit: 1, delay: () => 1 } });
    expect(lines.map(({ msg, status, attempts, attempt }) => [msg, status, attempts ?? attempt])).toEqual([
      ['attempt', 503, 1],
      ['attempt', 200, 2],
      ['call', 200, 2],
    ]);
    expect(lines[2]).toMatchObject({ level: 30, request: { method: 'GET' }, ms: expect.any(Number) });
  });

  it('says of a failure what failed, without a secret', async () => {
    const lines = await linesOf('/status/500?token=s3cr3t', { headers: { Authorization: 'Bearer s3cr3t' } });
    expect(lines[1]).toMatchObject({
      level: 50,
      msg: 'call failed',
      code: 'ERR_SERVER_ERROR',
      err: { type: 'ServerError' },
    });
    expect(JSON.stringify(lines)).not.toContain('s3cr3t');
  });
});

describe('examples/structured-logs.ts in a test', () => {
  it('logs the calls of a double', async () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(line) });
    const handler = stackWith(logger, async () => new HttpResponse(200));
    await new Client({ handler }).get('http://api.example/');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['call']);
  });
});

describe('examples/metrics.ts', () => {
  it('measures each send by its status and route', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const client = measuredClient(reader, { baseUri: server.origin, httpErrors: false });
    for (const code of [200, 200, 404]) await client.get('/status/{code}', { uriVars: { code } });
    await reader.forceFlush();
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const durations = metrics.find(({ descriptor }) => descriptor.name === 'http.client.request.duration');
    const counts = durations?.dataPoints.map(({ attributes, value }) => [
      attributes['http.response.status_code'],
      attributes['url.template'],
      (value as { count: number }).count,
    ]);
    expect(counts).toEqual([
      [200, '/status/{code}', 2],
      [404, '/status/{code}', 1],
    ]);
    expect(metrics.map(({ descriptor }) => descriptor.name)).toContain('http.client.active_requests');
    await reader.shutdown();
    await client.close();
  });
});

describe('examples/request-ids.ts', () => {
  it('sends the id of the request that is answered, in each attempt, and mixes up none', async () => {
    const listener = identified(async (request, response) => {
      const { search } = new URL(request.url!, 'http://localhost');
      await identifiedClient.get(server.url(`/flaky${search}`), { retry: { limit: 1, delay: () => 1 } });
      response.end(requestId());
    });
    await using own = await startServer({ listener });
    const ask = (id: string) => get(own.url(`/?fail=1&key=${id}`), { headers: { 'X-Request-Id': id } });
    const answers = await Promise.all(['a', 'b', 'c'].map(async (id) => (await ask(id)).text()));
    expect(answers).toEqual(['a', 'b', 'c']);
    const seen = server.requests.map(({ url, headers }) => [url.at(-1), headers['x-request-id']]);
    expect(seen.length).toBe(6);
    expect(seen.filter(([key, id]) => key !== id)).toEqual([]);
    const made = await get(own.url('/?fail=0&key=d'));
    expect(made.headers.get('x-request-id')).toHaveLength(36);
    await identifiedClient.close();
  });

  it('sends none outside of a request', async () => {
    await identifiedClient.get(server.url('/anything'));
    expect(server.requests[0]?.headers['x-request-id']).toBeUndefined();
    await identifiedClient.close();
  });
});

describe('examples/retries-with-budget.ts', () => {
  it('repeats a POST that failed, under one key', async () => {
    const client = patientClient({ baseUri: server.origin });
    const { attempts } = await client.post('/flaky?fail=1&key=budget', { json: {} });
    const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect([attempts, keys.length, new Set(keys).size]).toEqual([2, 2, 1]);
    await client.close();
  });

  it('sends a server that fails always a tenth more, and says why it gave up', { timeout: 60_000 }, async () => {
    const client = patientClient({ baseUri: server.origin });
    const verdicts: string[] = [];
    for (let n = 0; n < 100; n++) {
      await client.get('/status/503').catch((error) => verdicts.push(verdict(error)));
    }
    expect(server.requests.length).toBe(109);
    expect(verdicts.at(-1)).toBe(`ERR_SERVER_ERROR after 1 attempt: the retry.budget of ${server.origin} is used up`);
    await client.close();
  });

  it.each([
    [404, {}, 'ERR_CLIENT_ERROR after 1 attempt'],
    [503, { retry: { limit: 1, delay: () => 0 } }, 'ERR_SERVER_ERROR after 2 attempts'],
    [503, { idempotencyKey: false }, 'ERR_SERVER_ERROR after 1 attempt: POST is not among retry.methods'],
  ])('says of a POST that is answered %i with %j: no more than is so', async (status, options, said) => {
    const handler = HandlerStack.create(async () => new HttpResponse(status));
    const client = patientClient({ handler });
    const [, error] = await client.attempt('POST', 'http://api.example/', options as RequestOptions);
    expect(verdict(error)).toBe(said);
  });
});
