/**
 * Whatever a server answers, well formed or not, cut anywhere, with more behind it: a call gets its own answer whole or an
 * error, over connections that are used again, and never what was meant for another.
 */
import { createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransferError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { listen } from '../../src/testing/server-connections.ts';
import { matrixHandlers } from '../security/fault-cells.ts';
import { runs } from './runs.ts';

/** What the system hands over in one read. */
const READ = 0x10000;
const STRANGER = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nstranger';

/** How an answer is spoilt, if it is. */
const FLAWS = ['cut', 'reset', 'chunk size', 'two lengths', 'no head', 'unknown coding'] as const;

interface Answer {
  readonly framing: 'length' | 'chunked' | 'close' | 'none';
  /** Bytes of the body, or `READ` to end where a read does. */
  readonly size: number;
  /** Bytes off the border at which such an answer ends. */
  readonly offset: number;
  readonly flaw: (typeof FLAWS)[number] | undefined;
  /** Where it is cut: near its head's end, a chunk's, its own. */
  readonly cuts: readonly (readonly [place: number, offset: number])[];
  readonly behind: string;
  readonly isStreamed: boolean;
}

const answers: fc.Arbitrary<Answer> = fc.record({
  framing: fc.constantFrom('length', 'chunked', 'close', 'none'),
  size: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constantFrom(1, READ, READ)),
  offset: fc.integer({ min: -2, max: 2 }),
  flaw: fc.option(fc.constantFrom(...FLAWS), { nil: undefined, freq: 2 }),
  cuts: fc.array(fc.tuple(fc.nat(5), fc.integer({ min: -3, max: 3 })), { maxLength: 4 }),
  behind: fc.constantFrom('', '', STRANGER, STRANGER, STRANGER.slice(0, 20), '\r\n', '0\r\n\r\n', '\0garbage'),
  isStreamed: fc.boolean(),
});

interface Wire {
  readonly bytes: Buffer;
  readonly cuts: readonly number[];
  readonly body: string;
  /** Nothing is wrong with it. */
  readonly isGood: boolean;
  readonly isClosing: boolean;
  readonly isReset: boolean;
}

function chunkedText(body: string, isBroken: boolean): string {
  const middle = Math.ceil(body.length / 2);
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  return `${chunk(body.slice(0, middle))}${isBroken ? 'zz\r\n' : ''}${middle < body.length ? chunk(body.slice(middle)) : ''}0\r\n\r\n`;
}

/** The head and what follows it, for a body of so many bytes. */
function written(index: number, { framing, flaw }: Answer, size: number): { head: string; rest: string; body: string } {
  const body = framing === 'none' ? '' : `${index}.`.repeat(size).slice(0, size);
  const lines = [framing === 'none' ? 'HTTP/1.1 204 No Content' : 'HTTP/1.1 200 OK'];
  if (flaw === 'no head') lines[0] = 'HTTQ/1.1 200 OK';
  if (flaw === 'unknown coding') lines.push('Transfer-Encoding: gzip, chunked');
  else if (framing === 'length') lines.push(`Content-Length: ${size}`);
  else if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
  else if (framing === 'close') lines.push('Connection: close');
  if (flaw === 'two lengths') lines.push(`Content-Length: ${size + 1}`, `Content-Length: ${size + 2}`);
  const isChunked = framing === 'chunked' || (flaw === 'unknown coding' && framing !== 'none');
  const rest = isChunked ? chunkedText(body, flaw === 'chunk size') : body;
  return { head: `${lines.join('\r\n')}\r\n\r\n`, rest, body };
}

function wire(index: number, answer: Answer): Wire {
  let { size } = answer;
  if (size === READ) {
    const { head, rest } = written(index, answer, READ);
    size = READ - (head.length + rest.length - READ) + answer.offset;
  }
  const { head, rest, body } = written(index, answer, size);
  const { framing, flaw } = answer;
  const isHarmless =
    flaw === undefined ||
    (flaw === 'chunk size' && framing !== 'chunked') ||
    // RFC 9112 section 6.3: these end with their heads, whatever is said there.
    (framing === 'none' && flaw === 'unknown coding');
  const isCut = flaw === 'cut' || flaw === 'reset';
  // Of a body that ends with its connection nobody can see that it was cut; a head can.
  const whole = head.length + rest.length;
  const end = isCut ? (framing === 'close' || framing === 'none' ? head.length - 3 : whole - 1) : whole;
  const isClosing = framing === 'close' || isCut;
  const bytes = Buffer.from((head + rest).slice(0, end) + (isClosing ? '' : answer.behind), 'latin1');
  const places = [head.length, head.length - 2, head.length + Math.ceil(rest.length / 2), whole, READ, 1];
  // What lies behind comes with the last bytes: what comes later is the next answer to whoever asked meanwhile.
  const cuts = answer.cuts.map(([place, offset]) => places[place]! + offset).filter((at) => at > 0 && at < end);
  return {
    bytes,
    cuts: [...new Set(cuts)].sort((a, b) => a - b),
    body,
    isGood: isHarmless,
    isClosing,
    isReset: flaw === 'reset',
  };
}

/** Sends an answer in its pieces, one in each turn. */
function play(socket: Socket, { bytes, cuts, isClosing, isReset }: Wire): void {
  const ends = [...cuts, bytes.length];
  const next = (n: number, from: number): void => {
    if (socket.destroyed) return;
    socket.write(bytes.subarray(from, ends[n]));
    if (n + 1 < ends.length) setImmediate(next, n + 1, ends[n]!);
    else if (isReset) setImmediate(() => socket.resetAndDestroy());
    else if (isClosing) socket.end();
  };
  next(0, 0);
}

describe.each(['undici', 'node:http', 'stream'])('any answers over %s', (name) => {
  let server: Server;
  let handler: Transport;
  let port: number;
  let wires: readonly Wire[] = [];

  beforeAll(async () => {
    server = createServer((socket) => {
      let input = '';
      socket
        .on('error', () => undefined)
        .on('data', (chunk) => {
          input += chunk.toString('latin1');
          const end = input.indexOf('\r\n\r\n');
          if (end < 0) return;
          const index = Number(/^GET \/(\d+) /.exec(input)?.[1]);
          input = input.slice(end + 4);
          play(socket, wires[index]!);
        });
    });
    port = await listen(server, {});
    handler = matrixHandlers[name]!();
  });
  afterAll(async () => {
    await handler.destroy?.();
    await new Promise((resolve) => server.close(resolve));
  });

  const call = async (index: number, stream: boolean): Promise<string> => {
    const request = new HttpRequest('GET', `http://127.0.0.1:${port}/${index}`);
    const response = await handler(request, { stream, headersTimeout: 2_000, readTimeout: 2_000 });
    return response.text();
  };

  it('belong to their own callers, whole, or are errors', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answers, { minLength: 1, maxLength: 6 }), fc.boolean(), async (given, isParallel) => {
        wires = given.map((answer, index) => wire(index, answer));
        const outcomes: PromiseSettledResult<string>[] = [];
        for (let n = 0; n < given.length; n += isParallel ? 2 : 1) {
          const some = [n, n + 1].slice(0, isParallel ? 2 : 1).filter((index) => index < given.length);
          outcomes.push(...(await Promise.allSettled(some.map((index) => call(index, given[index]!.isStreamed)))));
        }
        for (const [index, outcome] of outcomes.entries()) {
          const { body, isGood } = wires[index]!;
          const label = `answer ${index} of ${JSON.stringify(given[index])}`;
          if (outcome.status === 'rejected') {
            expect(outcome.reason, label).toBeInstanceOf(TransferError);
            expect(isGood, `${label} failed: ${outcome.reason}`).toBe(false);
          } else {
            expect(isGood, `${label} was taken`).toBe(true);
            expect(outcome.value === body, `${label} is another: ${outcome.value.slice(0, 60)}`).toBe(true);
          }
        }
      }),
      runs(40),
    );
  }, 60_000);
});
