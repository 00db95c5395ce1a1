/** Where the agents send their spans: one server that understands each of their protocols. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, inflateSync } from 'node:zlib';

/** A span as every agent has it: its id in 16 hexadecimal digits, and the `host:port` that it names. */
export interface Span {
  readonly id: string;
  readonly host: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Decode = (body: Buffer) => unknown;

export interface Intake {
  readonly origin: string;
  readonly spans: Map<string, Span>;
  close(): void;
}

const record = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const hostOf = (url: unknown): string => (typeof url === 'string' && URL.canParse(url) ? new URL(url).host : '');

/** Datadog: lists of traces in MessagePack, ids as numbers. */
function* datadog(body: Buffer, decode: Decode): Generator<Span> {
  for (const trace of list(decode(body))) {
    for (const one of list(trace).map(record)) {
      const meta = record(one['meta']);
      yield {
        id: BigInt(one['span_id'] as bigint)
          .toString(16)
          .padStart(16, '0'),
        host: hostOf(meta['http.url']),
      };
    }
  }
}

/** Sentry: envelopes of lines, and transactions or lists of spans in them. */
function* sentry(text: string): Generator<Span> {
  for (const line of text.split('\n').filter((one) => one.startsWith('{'))) {
    const item = record(JSON.parse(line));
    for (const one of [...list(item['spans']), ...list(item['items'])].map(record)) {
      const data = record(one['data'] ?? one['attributes']);
      const url = record(data['url.full'])['value'] ?? data['url.full'] ?? data['http.url'] ?? data['url'];
      yield { id: String(one['span_id']), host: hostOf(url) };
    }
  }
}

/** Elastic: a line of JSON for each span. */
function* elastic(text: string): Generator<Span> {
  for (const line of text.split('\n').filter((one) => one.startsWith('{"span"'))) {
    const span = record(record(JSON.parse(line))['span']);
    yield { id: String(span['id']), host: hostOf(record(record(span['context'])['http'])['url']) };
  }
}

/** OpenTelemetry: OTLP in JSON. */
function* otlp(text: string): Generator<Span> {
  for (const resource of list(record(JSON.parse(text))['resourceSpans']).map(record)) {
    for (const scope of list(resource['scopeSpans']).map(record)) {
      for (const span of list(scope['spans']).map(record)) {
        const attributes = list(span['attributes']).map(record);
        const url = attributes.find(({ key }) => key === 'url.full' || key === 'http.url');
        yield { id: String(span['spanId']), host: hostOf(record(url?.['value'])['stringValue']) };
      }
    }
  }
}

function spansOf(url: string, body: Buffer, decode: Decode): Iterable<Span> {
  if (url.includes('/traces') && url.startsWith('/v0.')) return datadog(body, decode);
  if (url.includes('/envelope')) return sentry(body.toString());
  if (url.startsWith('/intake')) return elastic(body.toString());
  if (url.startsWith('/v1/traces')) return otlp(body.toString());
  return [];
}

export async function startIntake(decode: Decode): Promise<Intake> {
  const spans = new Map<string, Span>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const coded = Buffer.concat(chunks);
      const coding = request.headers['content-encoding'];
      const body = coding === 'gzip' ? gunzipSync(coded) : coding === 'deflate' ? inflateSync(coded) : coded;
      for (const span of spansOf(request.url!, body, decode)) spans.set(span.id, span);
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
