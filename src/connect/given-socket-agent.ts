/**
 * Opens a request of node:http over a connection that is there already, by an agent that makes none. The transport over
 * node:http uses it, and CONNECT to a proxy. It is a real `http.request`, so that agents of tracing tools, which wrap that
 * function, see every request.
 */
import http, { Agent, type ClientRequest, type ClientRequestArgs, type OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { runtimeOptions } from '../message/runtime-options.ts';

/** A request, and the connection that it goes over. */
export interface RequestOverSocket {
  /** Not named `socket`: the record goes to `http.request`, which has options of many names. */
  readonly carrier: Socket;
  /**
   * The server that is asked. The connection leads there already: tracing tools read it from the options of `http.request`.
   */
  readonly server: { readonly protocol: 'http:' | 'https:'; readonly hostname: string; readonly port: number };
  /** Say `Connection: keep-alive`, or `close`, where the lines say neither. */
  readonly isKept: boolean;
  readonly method: string;
  readonly path: string;
  /** Name, value, name, value; `undefined` when the caller sets them later. */
  readonly lines: readonly string[] | undefined;
  readonly maxHeaderSize: number;
}

/** node:http uses nothing of its agent but `keepAlive`, `protocol` and this method. */
class CarrierAgent extends Agent {
  readonly protocol: string;

  constructor(protocol: string, keepAlive: boolean) {
    super(runtimeOptions('tls', { keepAlive }));
    this.protocol = protocol;
  }

  addRequest(sent: ClientRequest, { carrier }: ClientRequestArgs & Pick<RequestOverSocket, 'carrier'>): void {
    sent.onSocket(carrier);
  }
}

/** An agent for each combination, because node:http reads `keepAlive` and `protocol` from it. */
const carriers = {
  'http:': { kept: new CarrierAgent('http:', true), once: new CarrierAgent('http:', false) },
  'https:': { kept: new CarrierAgent('https:', true), once: new CarrierAgent('https:', false) },
} as const;

/** A request of node:http with these options, and no others that a polluted prototype could give it. */
export function openOver(request: RequestOverSocket): ClientRequest {
  const { carrier, server, isKept, method, path, lines, maxHeaderSize } = request;
  const { protocol, hostname, port } = server;
  const args: ClientRequestArgs & Pick<RequestOverSocket, 'carrier'> = {
    agent: carriers[protocol][isKept ? 'kept' : 'once'],
    carrier,
    protocol,
    host: hostname,
    hostname,
    port,
    method,
    path,
    setHost: false,
    maxHeaderSize,
    headers: lines && headersOf(lines),
  };
  // `http.request` and not an imported `request`: tracing tools replace the property of the module, also after the import.
  const sent = http.request(runtimeOptions('httpRequest', args));
  // node:http reads this property later, and has not set it where no option of this name was given.
  return Object.defineProperty(sent, 'timeout', { value: undefined, writable: true, configurable: true });
}

/**
 * The lines as a record, which tracing tools that wrap `http.request` can copy and add to. A record would change some
 * heads: it has one place for a name, puts names that are numbers first, and node:http joins several lines of `Cookie`.
 * Those stay a list.
 */
function headersOf(lines: readonly string[]): OutgoingHttpHeaders | string[] {
  const headers = Object.create(null) as Record<string, string | string[]>;
  const names = new Set<string>();
  for (let i = 0; i < lines.length; i += 2) {
    const [name, value] = [lines[i]!, lines[i + 1]!];
    const known = headers[name];
    const lower = name.toLowerCase();
    if (known !== undefined && lines[i - 2] === name && lower !== 'cookie') {
      if (typeof known === 'string') headers[name] = [known, value];
      else known.push(value);
    } else if (names.has(lower) || lower === '__proto__' || /^\d+$/.test(name)) return [...lines];
    else headers[name] = value;
    names.add(lower);
  }
  return headers;
}
