/** An agent of node:http that makes no connection: each request goes over the one it is given. */
import http, { Agent, type ClientRequest, type ClientRequestArgs, type OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { runtimeOptions } from '../message/runtime-options.ts';

/** A request, and the connection that it goes over. */
export interface Carried {
  readonly carrier: Socket;
  /** Whom it asks. The carrier leads there: this is for those who watch, who find it in the options of `http.request`. */
  readonly server: { readonly protocol: 'http:' | 'https:'; readonly hostname: string; readonly port: number };
  /** Say `Connection: keep-alive`, or `close`, where the lines say neither. */
  readonly isKept: boolean;
  readonly method: string;
  readonly path: string;
  /** Name, value, name, value; `undefined` when the caller sets them later. */
  readonly lines: readonly string[] | undefined;
  readonly maxHeaderSize: number;
}

/** node:http asks its agent for `keepAlive`, `protocol` and this method only. */
class CarrierAgent extends Agent {
  readonly protocol: string;

  constructor(protocol: string, keepAlive: boolean) {
    super(runtimeOptions('tls', { keepAlive }));
    this.protocol = protocol;
  }

  addRequest(sent: ClientRequest, { carrier }: ClientRequestArgs & Pick<Carried, 'carrier'>): void {
    sent.onSocket(carrier);
  }
}

/** node:http reads `keepAlive` and `protocol` from the agent, so that each combination needs one of its own. */
const carriers = {
  'http:': { kept: new CarrierAgent('http:', true), once: new CarrierAgent('http:', false) },
  'https:': { kept: new CarrierAgent('https:', true), once: new CarrierAgent('https:', false) },
} as const;

/** A request of node:http that has the options it is given, and no other. */
export function openOver({ carrier, server, isKept, method, path, lines, maxHeaderSize }: Carried): ClientRequest {
  const { protocol, hostname, port } = server;
  const args: ClientRequestArgs & Pick<Carried, 'carrier'> = {
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
  // Not by its own name, which is what it was at the first import: those who watch put theirs into the module.
  const sent = http.request(runtimeOptions('httpRequest', args));
  // Read later, and not set without the option of this name.
  return Object.defineProperty(sent, 'timeout', { value: undefined, writable: true, configurable: true });
}

/**
 * The lines as a record, which those who wrap `http.request` can copy and add to. A record has one place for a name and
 * numbers first, and node:http joins what it has for `Cookie`: lines that this would change stay a list.
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
