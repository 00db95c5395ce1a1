/**
 * The metrics of HTTP clients, made with the first request: by then the application has registered its provider.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
import type { Attributes, Histogram, Meter, ObservableResult, UpDownCounter } from '@opentelemetry/api';
import type { Transport } from '../stack/handler.ts';

/** Seconds, as the conventions give them. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export class Instruments {
  readonly #duration: Histogram;
  readonly #active: UpDownCounter;

  constructor(meter: Meter, transports: () => Iterable<Transport>) {
    this.#duration = meter.createHistogram('http.client.request.duration', {
      description: 'Duration of HTTP client requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: BUCKETS },
    });
    this.#active = meter.createUpDownCounter('http.client.active_requests', {
      description: 'Number of active HTTP requests.',
      unit: '{request}',
    });
    const open = meter.createObservableUpDownCounter('http.client.open_connections', {
      description: 'Number of outbound HTTP connections that are currently active or idle on the client.',
      unit: '{connection}',
    });
    open.addCallback((result) => observe(result, transports()));
  }

  started(site: Attributes): void {
    this.#active.add(1, site);
  }

  ended(site: Attributes, outcome: Attributes, ms: number): void {
    this.#active.add(-1, site);
    this.#duration.record(ms / 1000, { ...site, ...outcome });
  }
}

/** The connections of all transports together, by origin and state. */
function observe(result: ObservableResult, transports: Iterable<Transport>): void {
  const totals = new Map<string, { idle: number; active: number }>();
  for (const transport of transports) {
    for (const [origin, { connections, idle }] of Object.entries(transport.stats?.().origins ?? {})) {
      const total = totals.get(origin) ?? { idle: 0, active: 0 };
      totals.set(origin, { idle: total.idle + idle, active: total.active + connections - idle });
    }
  }
  for (const [origin, { idle, active }] of totals) {
    const site = siteOf(origin);
    result.observe(idle, { ...site, 'http.connection.state': 'idle' });
    result.observe(active, { ...site, 'http.connection.state': 'active' });
  }
}

function siteOf(origin: string): Attributes {
  if (!URL.canParse(origin)) return { 'server.address': origin };
  const { hostname, port, protocol } = new URL(origin);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return { 'server.address': hostname.replace(/^\[|\]$/g, ''), 'server.port': number };
}
