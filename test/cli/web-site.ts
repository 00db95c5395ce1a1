/** Small sites to crawl, on real sockets. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startServer, type TestServer } from '../../src/testing/server.ts';

export type PageAnswer =
  | string
  | { status?: number; type?: string; headers?: Record<string, string>; body?: string }
  | ((req: IncomingMessage, res: ServerResponse) => void);

/** Text is HTML; what is not among the pages is a 404, robots.txt too. */
export function startSite(pages: Record<string, PageAnswer>): Promise<TestServer> {
  return startServer({
    keep: 100_000,
    listener: (req, res) => {
      const page = Object.hasOwn(pages, req.url ?? '') ? pages[req.url ?? ''] : undefined;
      if (typeof page === 'function') return page(req, res);
      const whole = typeof page === 'string' ? { body: page } : (page ?? { status: 404, body: 'not here' });
      const { status = 200, type = 'text/html; charset=utf-8', headers = {}, body = '' } = whole;
      res.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...headers });
      res.end(body);
    },
  });
}

export const links = (...hrefs: string[]) => hrefs.map((href) => `<a href="${href}">x</a>`).join('\n');

/** What was asked for, robots.txt left out, in order. */
export const asked = (server: TestServer) =>
  server.requests.map(({ url }) => url).filter((url) => url !== '/robots.txt');

/**
 * A site of `count` pages, each linking to ten others and to one that is missing now and then, every answer a little
 * late.
 */
export function startBigSite(count: number, wait: (res: ServerResponse, answer: () => void) => void) {
  const page = (i: number) => {
    const targets = Array.from({ length: 10 }, (_, k) => `/p/${(i * 7 + k * 13 + 1) % count}`);
    return `<html>${links(...targets, ...(i % 17 === 0 ? [`/missing/${i}`] : []))}</html>`;
  };
  return startServer({
    keep: 100_000,
    listener: (req, res) => {
      const number = /^\/p\/(\d+)$/.exec(req.url ?? '')?.[1];
      const known = number !== undefined && Number(number) < count;
      wait(res, () => {
        res.writeHead(known ? 200 : 404, { 'Content-Type': 'text/html' });
        res.end(known ? page(Number(number)) : 'not here');
      });
    },
  });
}
