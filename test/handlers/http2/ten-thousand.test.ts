/** Ten thousand requests at once over HTTP/2: none is lost, and none is sent twice. */
import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/client/client.ts';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { HandlerStack } from '../../../src/stack/handler-stack.ts';
import { certificates } from '../../support/certificates.ts';
import { startHttp2 } from '../../support/http2-peer.ts';

const { ca } = await certificates();

describe('many requests', () => {
  it('sends 10 000 over one connection', { timeout: 240_000 }, async () => {
    await using peer = await startHttp2({ tls: true, listener: (_, response) => response.end('ok') });
    const client = new Client({ version: '2', ca: ca.cert });
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => client.get(peer.url()).text()));
    expect(answers.filter((text) => text === 'ok')).toHaveLength(10_000);
    expect(peer.total).toBe(1);
    await client.close();
  });

  it('loses none to a server that sends GOAWAY every 100 streams, and repeats none', { timeout: 240_000 }, async () => {
    await using peer = await startHttp2();
    const counts = new Map<string, number>();
    const streams = new WeakMap<object, number>();
    peer.server.on('stream', (stream, head) => {
      const { session } = stream;
      const path = head[':path']!;
      counts.set(path, (counts.get(path) ?? 0) + 1);
      stream.respond();
      stream.end(path);
      const count = (streams.get(session!) ?? 0) + 1;
      streams.set(session!, count);
      if (count === 100) session!.close();
    });
    const handler = http2Handler();
    const client = new Client({ version: '2', handler: HandlerStack.create(handler) });
    const paths = Array.from({ length: 10_000 }, (_, i) => `/${i}`);
    const answers = await Promise.all(
      paths.map((path, i) =>
        (i % 2 ? client.get(peer.url(path)) : client.post(peer.url(path), { body: 'again' })).text(),
      ),
    );
    expect(answers).toEqual(paths);
    expect(counts.size).toBe(10_000);
    expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
    expect(peer.total).toBeGreaterThan(50);
    await handler.destroy?.();
  });
});
