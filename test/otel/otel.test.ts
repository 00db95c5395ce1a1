import {
  type Context,
  context,
  diag,
  metrics,
  propagation,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, type ClientOptions, HandlerStack, HttpRequest, HttpResponse, oauth2 } from '../../src/index.ts';
import { type OtelOptions, otel } from '../../src/otel/otel.ts';
import { routes } from '../../src/testing/doubles/routes.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { type MockItem, mockHandler } from '../../src/testing/mock-handler.ts';
import { startServer } from '../../src/testing/server.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
});
afterAll(() => {
  for (const api of [context, propagation, trace, metrics, diag]) api.disable();
});
beforeEach(() => exporter.reset());

function clientOf(answers: readonly MockItem[], options: OtelOptions = {}, given: ClientOptions = {}) {
  const mock = mockHandler(answers);
  const handler = HandlerStack.create(mock).push(otel(options));
  return { mock, client: new Client({ handler, baseUri: 'http://service.example/', httpErrors: false, ...given }) };
}

const plain = ({ name, kind, status, attributes }: ReadableSpan) => ({ name, kind, status, attributes });
const site = { 'server.address': 'service.example', 'server.port': 80 };

describe('the spans of a call with a redirect, a retry and a token refresh', () => {
  it('are those of the table', async () => {
    let tokens = 0;
    let sent = 0;
    const service = routes({
      'POST /token': () => ({ json: { access_token: `token-${++tokens}`, token_type: 'Bearer', expires_in: 3600 } }),
      'GET /v1/users/7': () => new HttpResponse(302, { Location: '/v1/people/7?token=tops3cret' }),
      'GET /v1/people/7': (request) => {
        if (request.headers.get('authorization') !== 'Bearer token-2') return 401;
        return [503, 200][sent++]!;
      },
    });
    const plainClient = new Client({
      handler: HandlerStack.create(service).push(otel()),
      baseUri: 'http://service.example/v1/',
    });
    const auth = oauth2({ refresh: () => plainClient.post('/token').json() });
    const response = await plainClient.get('users/{id}', {
      uriVars: { id: 7 },
      auth,
      retry: { limit: 1, delay: () => 0 },
    });
    expect(response.status).toBe(200);

    // By hand, from the conventions: one CLIENT span for each send, in the order of their ends.
    const people = {
      ...site,
      'http.request.method': 'GET',
      'url.full': 'http://service.example/v1/people/7?token=REDACTED',
    };
    const version = { 'network.protocol.version': '1.1' };
    const token = { ...site, 'http.request.method': 'POST', 'url.full': 'http://service.example/token' };
    const ok = { code: SpanStatusCode.UNSET };
    const error = { code: SpanStatusCode.ERROR };
    expect(exporter.getFinishedSpans().map(plain)).toEqual([
      {
        name: 'POST',
        kind: SpanKind.CLIENT,
        status: ok,
        attributes: { ...token, ...version, 'http.response.status_code': 200 },
      },
      {
        name: 'GET /v1/users/{id}',
        kind: SpanKind.CLIENT,
        status: ok,
        attributes: {
          ...site,
          ...version,
          'http.request.method': 'GET',
          'url.full': 'http://service.example/v1/users/7',
          'url.template': '/v1/users/{id}',
          'http.response.status_code': 302,
        },
      },
      {
        name: 'GET',
        kind: SpanKind.CLIENT,
        status: error,
        attributes: {
          ...people,
          ...version,
          'http.response.status_code': 401,
          'error.type': '401',
          'http.request.resend_count': 1,
        },
      },
      {
        name: 'POST',
        kind: SpanKind.CLIENT,
        status: ok,
        attributes: { ...token, ...version, 'http.response.status_code': 200 },
      },
      {
        name: 'GET',
        kind: SpanKind.CLIENT,
        status: error,
        attributes: {
          ...people,
          ...version,
          'http.response.status_code': 503,
          'error.type': '503',
          'http.request.resend_count': 2,
        },
      },
      {
        name: 'GET',
        kind: SpanKind.CLIENT,
        status: ok,
        attributes: { ...people, ...version, 'http.response.status_code': 200, 'http.request.resend_count': 3 },
      },
    ]);
  });
});

describe('a span', () => {
  const attributesOf = async (method: string, uri: string, options: ClientOptions = {}) => {
    const { client } = clientOf([new HttpResponse()]);
    await client.request(method, uri, options);
    return exporter.getFinishedSpans()[0]!;
  };

  it.each([
    ['http://h.test/a?b=c#tops3cret', 'http://h.test/a?b=c'],
    ['http://u:tops3cret@h.test/', 'http://h.test/'],
    ['http://h.test/?api_key=tops3cret&a=1', 'http://h.test/?api_key=REDACTED&a=1'],
    ['http://h.test/?sig=tops3cret&X-Amz-Signature=tops3cret', 'http://h.test/?sig=REDACTED&X-Amz-Signature=REDACTED'],
    [
      'http://h.test/?AWSAccessKeyId=tops3cret&X-Goog-Signature=tops3cret',
      'http://h.test/?AWSAccessKeyId=REDACTED&X-Goog-Signature=REDACTED',
    ],
    ['http://h.test/?mine=tops3cret', 'http://h.test/?mine=REDACTED'],
    ['http://h.test/cb?code=tops3cret&state=1', 'http://h.test/cb?code=REDACTED&state=1'],
  ])('of %s has url.full %s', async (uri, full) => {
    const { attributes } = await attributesOf('GET', uri, { redact: ['mine'] });
    expect(attributes['url.full']).toBe(full);
    expect(JSON.stringify(attributes)).not.toContain('tops3cret');
  });

  it.each([
    ['users/{id}', 'http://h.test/v1/', '/v1/users/{id}'],
    ['users/{id}', 'http://h.test/v1', '/users/{id}'],
    ['/users/{id}{?page}', 'http://h.test/v1/', '/users/{id}'],
    ['http://other.test/{a}/b?x={b}', 'http://h.test/', '/{a}/b'],
  ])('of the template %s over %s is named by %s', async (uri, baseUri, template) => {
    const { name, attributes } = await attributesOf('GET', uri, { uriVars: { id: 1, a: 2, b: 3, page: 4 }, baseUri });
    expect([name, attributes['url.template']]).toEqual([`GET ${template}`, template]);
  });

  it('of a method that nobody knows is called HTTP', async () => {
    const { name, attributes } = await attributesOf('X-OWN', '/');
    expect([name, attributes['http.request.method'], attributes['http.request.method_original']]).toEqual([
      'HTTP',
      '_OTHER',
      'X-OWN',
    ]);
    exporter.reset();
    expect((await attributesOf('QUERY', '/')).name).toBe('QUERY');
  });

  it('is a child of the one that is active, and writes itself into the headers', async () => {
    const { mock, client } = clientOf([new HttpResponse()]);
    const parent = provider.getTracer('test').startSpan('parent');
    await context.with(trace.setSpan(context.active(), parent), () => client.get('/'));
    const [span] = exporter.getFinishedSpans();
    const { traceId, spanId } = span!.spanContext();
    expect(span!.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(mock.lastRequest?.headers.get('traceparent')).toBe(`00-${traceId}-${spanId}-01`);
  });

  it('is active while the handler runs, under which nobody else makes one', async () => {
    let inner: ReadableSpan | undefined;
    const answer = () => {
      expect(trace.getActiveSpan()).toBeDefined();
      provider.getTracer('auto').startSpan('GET', { kind: SpanKind.CLIENT }).end();
      inner = trace.getActiveSpan() as unknown as ReadableSpan;
      return new HttpResponse();
    };
    await clientOf([answer]).client.get('/');
    expect(exporter.getFinishedSpans()).toEqual([inner]);
  });

  it.each([
    ['ERR_CONNECT_REFUSED', 'http://127.0.0.1:1/', {}],
    ['ERR_TIMEOUT_HEADERS', '/stall', { headersTimeout: 50 }],
    ['ERR_CLOSED', '/close-before-head', { stream: true, allowRedirects: false }],
  ])('that failed has the code %s', async (code, uri, options) => {
    await using server = await startServer();
    const handler = HandlerStack.create().push(otel());
    await using client = new Client({ handler, baseUri: server.origin });
    await client.post(uri, options).catch(() => undefined);
    const [span] = exporter.getFinishedSpans();
    expect(span?.attributes['error.type']).toBe(code);
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  });

  it('that was stopped has the name of the reason', async () => {
    const { client } = clientOf([() => new Promise<HttpResponse>(() => undefined)]);
    const stop = AbortSignal.abort(new RangeError('mine'));
    await client.get('/', { signal: stop }).catch(() => undefined);
    expect(exporter.getFinishedSpans().map(({ attributes }) => attributes['error.type'])).toEqual([]);
    const running = client.get('/');
    await new Promise((resolve) => setImmediate(resolve));
    running.cancel();
    await running.catch(() => undefined);
    expect(exporter.getFinishedSpans().map(({ attributes }) => attributes['error.type'])).toEqual(['AbortError']);
  });

  it.each([
    ['read', async (response: HttpResponse) => response.bytes(), undefined],
    ['dropped', async (response: HttpResponse) => response.discard(), undefined],
  ])('of a stream ends when its body was %s', async (_, end, type) => {
    const { client } = clientOf([new HttpResponse(200, {}, 'hello')]);
    const response = await client.get('/', { stream: true });
    expect(exporter.getFinishedSpans()).toHaveLength(0);
    await end(response);
    await vi.waitFor(() => expect(exporter.getFinishedSpans()).toHaveLength(1));
    expect(exporter.getFinishedSpans()[0]?.attributes['error.type']).toBe(type);
  });

  it('of a stream that breaks off has its code', async () => {
    await using server = await startServer();
    await using client = new Client({ handler: HandlerStack.create().push(otel()) });
    const response = await client.get(server.url('/close-in-body'), { stream: true });
    await response.bytes().catch(() => undefined);
    expect(exporter.getFinishedSpans()[0]?.attributes).toMatchObject({
      'error.type': 'ERR_BODY_TRUNCATED',
      'http.response.status_code': 200,
    });
  });

  it('of a request without a call counts nothing', async () => {
    const handler = new HandlerStack(mockHandler([new HttpResponse(), new HttpResponse()])).push(otel()).resolve();
    const request = new HttpRequest('GET', 'http://h.test/');
    for (let i = 0; i < 2; i += 1) await handler(request, {});
    expect(exporter.getFinishedSpans().map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('the metrics', () => {
  it('are the duration in seconds, the active requests and the open connections', async () => {
    const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter: memory, exportIntervalMillis: 3_600_000 });
    const meterProvider = new MeterProvider({ readers: [reader] });
    await using server = await startServer();
    await using client = new Client({
      handler: HandlerStack.create().push(otel({ meter: meterProvider.getMeter('x') })),
      baseUri: server.origin,
      httpErrors: false,
    });
    await client.get('/json');
    await client.get('/status/503');
    await client.attempt('GET', 'http://127.0.0.1:1/');
    const stalled = client.get('/stall').catch(() => undefined);
    await vi.waitFor(() => expect(server.requests).toHaveLength(3));
    await reader.forceFlush();
    const found = memory
      .getMetrics()
      .at(-1)!
      .scopeMetrics.flatMap((scope) => scope.metrics);
    const points = (name: string) => found.find(({ descriptor }) => descriptor.name === name)!.dataPoints;
    const port = Number(new URL(server.origin).port);
    const here = { 'server.address': '127.0.0.1', 'server.port': port };
    const method = { 'http.request.method': 'GET' };
    expect(points('http.client.request.duration').map(({ attributes }) => attributes)).toEqual([
      { ...method, ...here, 'http.response.status_code': 200, 'network.protocol.version': '1.1' },
      { ...method, ...here, 'http.response.status_code': 503, 'network.protocol.version': '1.1', 'error.type': '503' },
      { ...method, 'server.address': '127.0.0.1', 'server.port': 1, 'error.type': 'ERR_CONNECT_REFUSED' },
    ]);
    expect(points('http.client.active_requests').map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ ...method, ...here }, 1],
      [{ ...method, 'server.address': '127.0.0.1', 'server.port': 1 }, 0],
    ]);
    expect(points('http.client.open_connections').map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ ...here, 'http.connection.state': 'idle' }, 0],
      [{ ...here, 'http.connection.state': 'active' }, 1],
    ]);
    await client.destroy();
    await stalled;
    await meterProvider.shutdown();
  });

  it('have the buckets and the time of the conventions', async () => {
    const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter: memory, exportIntervalMillis: 3_600_000 });
    const meterProvider = new MeterProvider({ readers: [reader] });
    const clock = new FakeClock();
    const answer = () => clock.sleep(1500).then(() => new HttpResponse());
    const { client } = clientOf([answer], { meter: meterProvider.getMeter('x') }, { clock });
    const call = client.get('/');
    await clock.advance(1500);
    await call;
    await reader.forceFlush();
    const [duration] = memory.getMetrics().at(-1)!.scopeMetrics[0]!.metrics;
    expect(duration?.descriptor).toMatchObject({ name: 'http.client.request.duration', unit: 's' });
    expect(duration?.dataPoints[0]?.value).toMatchObject({
      sum: 1.5,
      count: 1,
      buckets: { boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
    });
    await meterProvider.shutdown();
  });
});

describe('telemetry that throws', () => {
  const boom = () => {
    throw new Error('telemetry is broken');
  };
  const span = { setAttributes: boom, setStatus: boom, end: boom, spanContext: boom };
  const rows: [string, OtelOptions][] = [
    ['a tracer', { tracer: { startSpan: boom } as unknown as Tracer }],
    ['a span', { tracer: { startSpan: () => span } as unknown as Tracer }],
    ['a propagator', { propagator: { inject: boom } as unknown as TextMapPropagator }],
    ['a meter', { meter: { createHistogram: boom } as never }],
    [
      'an instrument',
      {
        meter: {
          createHistogram: () => ({ record: boom }),
          createUpDownCounter: () => ({ add: boom }),
          createObservableUpDownCounter: () => ({ addCallback: boom }),
        } as never,
      },
    ],
    [
      'a propagator of headers that are none',
      {
        propagator: {
          inject: (
            _: Context,
            carrier: Record<string, string>,
            setter: { set(c: unknown, k: string, v: string): void },
          ) => setter.set(carrier, 'a b', '\n'),
        } as never,
      },
    ],
  ];
  it.each(rows)('%s changes nothing, and is told to the diagnostics', async (_, options) => {
    const told = vi.fn();
    diag.setLogger({ error: told, warn() {}, info() {}, debug() {}, verbose() {} }, { suppressOverrideMessage: true });
    const { mock, client } = clientOf([new HttpResponse(200, {}, 'ok')], options);
    expect(await client.get('/').text()).toBe('ok');
    expect(mock.requests).toHaveLength(1);
    expect(told).toHaveBeenCalled();
    const failing = clientOf([new TypeError('the own one')], options);
    await expect(failing.client.get('/')).rejects.toThrow('the own one');
    diag.disable();
  });

  it('a context manager sends once', async () => {
    const spy = vi.spyOn(context, 'with').mockImplementation(((_: Context, run: () => unknown) => {
      run();
      throw new Error('broken');
    }) as never);
    const { mock, client } = clientOf([new HttpResponse(200, {}, 'ok'), new HttpResponse()]);
    expect(await client.get('/').text()).toBe('ok');
    expect(mock.requests).toHaveLength(1);
    spy.mockImplementation((() => {
      throw new Error('broken');
    }) as never);
    await client.get('/');
    expect(mock.requests).toHaveLength(2);
    spy.mockRestore();
  });

  it.each([
    [{ tracer: {} }, 'tracer'],
    [{ meter: 7 }, 'meter'],
    [{ propagator: () => undefined }, 'propagator'],
  ])('an option that is none is refused: %o', (options, name) => {
    expect(() => otel(options as OtelOptions)).toThrow(new RegExp(`option ${name} of otel must be`));
  });
});

afterEach(() => vi.restoreAllMocks());

describe('a clock that throws', () => {
  it.each(['as the span begins', 'as it ends'])('leaves no span unended: %s', async (when) => {
    const clock = new FakeClock();
    const breaks = () =>
      vi.spyOn(clock, 'now').mockImplementation(() => {
        throw new Error('the clock broke');
      });
    const handler = new HandlerStack(async () => {
      if (when === 'as it ends') breaks();
      return new HttpResponse(200);
    });
    if (when === 'as the span begins') breaks();
    const send = handler.push(otel()).resolve();
    await send(new HttpRequest('GET', 'http://service.example/'), { clock });
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['GET']);
  });
});
