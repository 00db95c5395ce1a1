/** Plain node:http and node:net clients: the tests of the test servers must not lean on what those servers test. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest, type RequestOptions as TlsRequestOptions } from 'node:https';
import { connect } from 'node:net';

export interface PlainAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly trailers: IncomingMessage['trailers'];
  readonly body: Buffer;
  /** Status codes of informational responses, in order. */
  readonly informational: readonly number[];
  json<T = Record<string, unknown>>(): T;
}

export interface PlainRequest extends Omit<RequestOptions & TlsRequestOptions, 'agent' | 'headers'> {
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Uint8Array;
}

/** One request over a connection of its own. Rejects when the response does not arrive to its end. */
export function ask(url: string, options: PlainRequest = {}): Promise<PlainAnswer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const informational: number[] = [];
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const req = send(url, { agent: false, ...rest }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => resolve(answerOf(res, Buffer.concat(chunks), informational)));
    });
    req.on('information', (info) => informational.push(info.statusCode));
    req.on('error', reject);
    if (rest.headers?.Expect === undefined) req.end(body);
    else req.on('continue', () => req.end(body)).flushHeaders();
  });
}

function answerOf(res: IncomingMessage, body: Buffer, informational: readonly number[]): PlainAnswer {
  return {
    status: res.statusCode ?? 0,
    reason: res.statusMessage ?? '',
    headers: res.headers,
    rawHeaders: res.rawHeaders,
    trailers: res.trailers,
    body,
    informational,
    json: <T>() => JSON.parse(body.toString()) as T,
  };
}

/** Sends bytes over a bare socket and answers what came back, and how the connection ended. */
export function exchange(port: number, bytes: string): Promise<{ text: string; end: 'fin' | 'reset' }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => resolve({ text, end: 'fin' }));
    socket.on('error', () => resolve({ text, end: 'reset' }));
  });
}

/** A request head for `exchange`. */
export function getHead(path = '/', ...lines: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: test', ...lines, '', ''].join('\r\n');
}
