/**
 * The fast path for buffered requests: undici's dispatcher, called directly, as its `request()` and `fetch()` put streams of
 * their own around every body. This file is what importing costs; the exchange and undici are loaded with the first request.
 */

import type { HttpHeaders } from '../../message/headers.ts';
import { BODILESS } from '../../message/methods.ts';
import type { HttpRequest } from '../../message/request.ts';
import { ownOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { rememberLast } from '../../options/remember-last.ts';
import { settingsOf } from '../../options/settings-of.ts';
import type { ConnectionStats, Transport } from '../../stack/handler.ts';
import { type ConnectionSettings, connectionLimits } from '../connections/connection-limits.ts';
import { LazyTransport } from '../exchange/lazy-transport.ts';
import { refuse } from '../exchange/unsupported.ts';
import { checkedDispatcher, type DispatcherSettings, dispatcherRefusal } from './dispatcher.ts';
import type { SendElsewhere } from './host.ts';

/**
 * Sends over connections of its own. Handlers share none; a client and what extends it share one handler.
 * @param elsewhere answers what undici cannot: a request that met a `100` nobody asked for. Default: its error. Or
 *   `{ dispatcher }`: every request goes over that dispatcher of undici 7 or 8, with its connections, proxy and TLS.
 * @example
 * ```ts
 * new Client({ handler: HandlerStack.create(undiciHandler({ dispatcher: new MockAgent() })) })
 * ```
 * @throws TypeError for invalid settings
 */
export function undiciHandler(
  elsewhere?: SendElsewhere | DispatcherSettings,
  settings: ConnectionSettings = {},
): Transport {
  if (typeof elsewhere === 'object' && elsewhere !== null) return overDispatcher(elsewhere, settings);
  return overConnections('undici', elsewhere, settings);
}

/** The same for streamed answers, over connections apart: a slow reader of a large body never holds up small requests. */
export function undiciStreams(elsewhere: SendElsewhere, settings: ConnectionSettings): Transport {
  return overConnections('stream', elsewhere, settings);
}

function overConnections(name: string, elsewhere: SendElsewhere | undefined, settings: ConnectionSettings): Transport {
  const limits = connectionLimits('undici', settings);
  const transport = new LazyTransport(() =>
    import('./transport.ts').then(({ UndiciTransport }) => UndiciTransport.load(name, limits, elsewhere)),
  );
  return handlerOver(transport, unsupportedOption, () => limits.stats());
}

/** Everything about connections is up to the dispatcher: options that ask something of them are refused. */
function overDispatcher(given: DispatcherSettings, settings: ConnectionSettings): Transport {
  const dispatcher = checkedDispatcher(given, settingsOf('undici', settings, ['connections']));
  const transport = new LazyTransport(() =>
    import('./dispatcher-transport.ts').then(({ DispatcherTransport }) => new DispatcherTransport(dispatcher)),
  );
  return handlerOver(transport, (options) => unsupportedOption(options) ?? dispatcherRefusal(options));
}

type Refusal = (options: RequestOptions) => string | undefined;

function handlerOver(transport: LazyTransport, refusal: Refusal, stats?: () => ConnectionStats): Transport {
  function undici(request: HttpRequest, options: RequestOptions) {
    const own = ownOptions(options);
    const reason = refusal(own);
    if (reason !== undefined) return refuse(request, reason);
    return transport.send(request, own);
  }

  return Object.assign(undici, {
    handlerName: 'undici',
    supports: unsupportedBy(refusal, rememberLast(unsupportedHeader)),
    close: () => transport.close(),
    destroy: (reason?: unknown) => transport.destroy(reason),
    ...(stats && { stats }),
  });
}

/** Why undici cannot send this; each is a limit of undici 7 that node:http does not have. */
function unsupportedBy(
  refusalOf: Refusal,
  refusal: (headers: HttpHeaders) => string | undefined,
): NonNullable<Transport['supports']> {
  return ({ headers, method, url }, options) => {
    const reason = refusalOf(options) ?? refusal(headers);
    if (reason !== undefined) return reason;
    if (method === 'CONNECT') return 'undici: CONNECT is not supported';
    if (method === 'OPTIONS' && url.endsWith('/*')) return 'undici: OPTIONS * is not supported';
    return BODILESS.has(method) && headers.get('content-length') === '0'
      ? `undici: Content-Length: 0 is not sent with ${method}`
      : undefined;
  };
}

/** Headers that undici refuses to send, or writes by itself. */
function unsupportedHeader(headers: HttpHeaders): string | undefined {
  if (headers.has('expect')) return 'undici: Expect is not supported';
  if (headers.has('upgrade')) return 'undici: Upgrade is not supported';
  if (headers.has('keep-alive')) return 'undici: a Keep-Alive header is not supported';
  const connection = headers.get('connection')?.toLowerCase();
  if (connection === undefined || connection === 'close' || connection === 'keep-alive') return undefined;
  return `undici: Connection: ${connection} is not supported`;
}

function unsupportedOption({ version, onInformation, trailers }: RequestOptions): string | undefined {
  if (trailers) return 'undici: option trailers is not supported';
  if (version && version !== '1.1') return `undici: option version '${version}' is not supported`;
  return onInformation ? 'undici: option onInformation is not supported, a 100 ends the connection' : undefined;
}
