/** Where one answer ends and what lies behind it: RFC 9112 sections 6.3 and 9.2. */
import { expect } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { plainResponse } from '../../src/testing/faults.ts';
import { type Check, deliveries } from './bench.ts';

/** What the system hands over in one read, and the most that is read in one turn. */
const READ = 0x10000;
const TURN = 32 * READ;

/** An answer of exactly so many bytes. */
function sized(bytes: number): string {
  const head = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;
  const length = bytes - head(bytes).length;
  return head(length) + 'x'.repeat(bytes - head(length).length);
}

export function borders(check: Check): void {
  for (const [where, bytes] of [
    ['of a read', READ],
    ['of a turn', TURN],
  ] as const) {
    for (const [delivery, receive] of deliveries) {
      check(`gives nobody the answer that lies behind another at the border ${where}, ${delivery}`, async (bench) => {
        const both = sized(bytes) + plainResponse('of somebody else');
        const scripted = await bench.play((connection) =>
          connection === 0
            ? [{ expect: 'head' }, { send: both }, { stall: true }]
            : [{ expect: 'head' }, { send: plainResponse('own') }],
        );
        const handler = bench.fresh();
        const request = new HttpRequest('GET', scripted.url());
        const first = await receive((options) => handler(request, options));
        const second = await receive((options) => handler(request, options));
        expect([first.byteLength, Buffer.from(second).toString()]).toEqual([
          sized(bytes).split('\r\n\r\n')[1]!.length,
          'own',
        ]);
      });
    }
  }
}
