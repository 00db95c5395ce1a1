/** Beside OpenTelemetry's own instrumentations, and to a collector: what a program that is set up as usual sends. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { Client, HandlerStack, HttpResponse } from '../../src/index.ts';
import { otel } from '../../src/otel/index.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { startServer } from '../../src/testing/server.ts';
import { built } from '../support/built.ts';

interface Line {
  name: string;
  scopes: string[];
  isOnTheWire: boolean;
}

async function instrumented(layer: 'with' | 'without'): Promise<Line[]> {
  await using server = await startServer();
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [built('test/otel/instrumented.ts'), server.origin, layer], {
    timeout: 60_000,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const http = '@opentelemetry/instrumentation-http';
const undici = '@opentelemetry/instrumentation-undici';
const thrice = (name: string) => [name, name, name];

describe('beside the instrumentations of node:http and undici', () => {
  it('has one span for each send, its own, and that is on the wire', async () => {
    expect(await instrumented('with')).toEqual(
      ['undici', 'node', 'stream', 'fetch'].map((name) => ({ name, scopes: thrice('sluice'), isOnTheWire: true })),
    );
  });

  it('leaves theirs alone where the layer is not pushed', async () => {
    expect(await instrumented('without')).toEqual([
      { name: 'undici', scopes: thrice(undici), isOnTheWire: true },
      { name: 'node', scopes: thrice(http), isOnTheWire: true },
      { name: 'stream', scopes: thrice(http), isOnTheWire: true },
      { name: 'fetch', scopes: thrice(undici), isOnTheWire: true },
    ]);
  });
});

describe('to a collector', () => {
  it('goes by OTLP over HTTP', async () => {
    await using collector = await startServer();
    collector.enqueue({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' });
    const exporter = new OTLPTraceExporter({ url: collector.url('/v1/traces') });
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    const handler = HandlerStack.create(mockHandler([new HttpResponse(204)])).push(
      otel({ tracer: provider.getTracer('sluice') }),
    );
    await new Client({ handler }).get('http://h.test/users/{id}?token=tops3cret', { uriVars: { id: 7 } });
    await provider.shutdown();
    const [sent] = collector.requests;
    expect([sent?.method, sent?.url]).toEqual(['POST', '/v1/traces']);
    const body = JSON.parse(String(sent?.body)) as {
      resourceSpans: {
        scopeSpans: { spans: { name: string; kind: number; attributes: { key: string; value: object }[] }[] }[];
      }[];
    };
    const [span] = body.resourceSpans[0]!.scopeSpans[0]!.spans;
    // The numbers of OTLP's kinds are one more than the API's.
    expect([span?.name, span?.kind]).toEqual(['GET /users/{id}', SpanKind.CLIENT + 1]);
    expect(span?.attributes).toContainEqual({
      key: 'url.full',
      value: { stringValue: 'http://h.test/users/7?token=REDACTED' },
    });
    expect(String(sent?.body)).not.toContain('tops3cret');
  });
});
