import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BodyError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { decodeContent } from '../../../src/middleware/decode-content/decode-content.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { rejection } from '../../support/fake-handler.ts';

const run = (response: HttpResponse, options: RequestOptions = {}): Promise<HttpResponse> =>
  decodeContent()(async () => response)(new HttpRequest('GET', 'http://h/'), options);

const gzipped = (body: Uint8Array | Readable) =>
  new HttpResponse(200, { 'Content-Encoding': 'gzip' }, body as Readable);

const failure = async (promise: Promise<unknown>) => {
  const error = await rejection(promise);
  expect(error).toBeInstanceOf(BodyError);
  return error as BodyError;
};

function* piecesOf(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

describe('maxResponseSize', () => {
  it('counts what comes out of a large body in the background', async () => {
    const body = zlib.gzipSync(Buffer.concat([randomBytes(70_000), Buffer.alloc(50_000_000)]));
    const error = await failure(run(gzipped(body), { maxResponseSize: 1_000_000 }));
    expect(error.code).toBe('ERR_BODY_TOO_LARGE');
  });

  it('stops a bomb of 100 KB at 100 MiB without the option, and holds no more than that', async () => {
    const megabytes = zlib.gzipSync(Buffer.alloc(1_000_000), { level: 9 });
    const body = Buffer.concat(Array<Buffer>(300).fill(megabytes));
    const before = process.memoryUsage().rss;
    const error = await failure(run(gzipped(body)));
    expect(error.code).toBe('ERR_BODY_TOO_LARGE');
    expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
  });

  it('stops a bomb in a bomb, whose inner size nobody sees', async () => {
    // Empty members decode to nothing, however many there are.
    const inner = Buffer.concat(Array<Buffer>(50_000).fill(zlib.gzipSync('')));
    const body = zlib.gzipSync(inner);
    const answer = new HttpResponse(
      200,
      { 'Content-Encoding': 'gzip, gzip' },
      Readable.from(piecesOf(body), { objectMode: false }),
    );
    const response = await run(answer, { maxResponseSize: 1000, stream: true });
    expect((await failure(response.bytes())).code).toBe('ERR_BODY_TOO_LARGE');
  });

  it('does not count a stream when it is not set', async () => {
    const huge = Readable.from(Array<Buffer>(120).fill(zlib.gzipSync(Buffer.alloc(1_000_000))), { objectMode: false });
    const response = await run(gzipped(huge), { stream: true });
    let size = 0;
    for await (const chunk of response) size += chunk.byteLength;
    expect(size).toBe(120_000_000);
  });
});
