/**
 * Every link of the documentation, by our own link checker, as a process: to pages, to files of the repository, to
 * headings, and to other hosts, for which local copies answer over TLS behind a proxy. The network is not asked.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Marked } from 'marked';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryOf } from '../../site/links.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { root } from '../architecture/imports.ts';
import { sluice } from '../cli/sluice-process.ts';
import { certificateFor } from '../support/make-certificates.ts';

/** The pages of other hosts that the documentation leads to, and the places on them. A new link is looked at, and added. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'axios-http.com': ['/docs/interceptors'],
  'crawlee.dev': ['/js/docs/guides/request-storage'],
  'docs.guzzlephp.org': ['handlers-and-middleware', 'quickstart', 'request-options'].map(
    (page) => `/en/stable/${page}.html`,
  ),
  'docs.scrapy.org': ['dynamic-content', 'feed-exports', 'jobs', 'practices', 'settings', 'spiders'].map(
    (page) => `/en/latest/topics/${page}.html`,
  ),
  'github.com': [
    ...['/axios/axios', '/node-fetch/node-fetch', '/sindresorhus/ky', '/unjs/ofetch'],
    ...['2-options', '4-pagination'].map((page) => `/sindresorhus/got/blob/main/documentation/${page}.md`),
    ...['/JustinBeckwith/linkinator', '/panva/oauth4webapi', '/sluice-http/sluice/security'],
  ],
  'ladjs.github.io': ['/superagent/'],
  'lychee.cli.rs': ['/introduction/'],
  'opentelemetry.io': ['/docs/specs/semconv/http/'],
  'standardschema.dev': ['/'],
  'undici.nodejs.org': ['/'],
  'urlpattern.spec.whatwg.org': ['/'],
};

const repository = repositoryOf(root);

/** As GitHub names headings: lower case, white space as dashes, no other signs, and a number behind what is there already. */
function slugs(): (text: string) => string {
  const counts = new Map<string, number>();
  return (text) => {
    const slug = text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(slug);
    counts.set(slug, (count ?? -1) + 1);
    return count === undefined ? slug : `${slug}-${count + 1}`;
  };
}

function html(markdown: string): string {
  const slug = slugs();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens);
        const text = this.parser.parseInline(tokens, this.parser.textRenderer);
        const plain = text.replace(/&(?:lt|gt|quot|#39|amp);/g, '');
        return `<h${depth} id="${slug(plain)}">${inner}</h${depth}>\n`;
      },
    },
  });
  return `<!doctype html><html><meta charset="utf-8"><body>${marked.parse(markdown, { async: false })}</body></html>`;
}

/** The file of the repository at `path`, where it is shown. */
function answer(path: string, res: ServerResponse): void {
  const file = join(root, path);
  const isHidden = /(?:^|\/)(?:\.\.?|node_modules)(?:\/|$)/.test(path);
  const status = isHidden ? undefined : statSync(file, { throwIfNoEntry: false });
  if (status === undefined) res.writeHead(404).end();
  else if (!status.isFile() || !path.endsWith('.md')) res.setHeader('Content-Type', 'text/plain').end();
  else res.setHeader('Content-Type', 'text/html').end(html(readFileSync(file, 'utf8')));
}

describe('the links of the documentation', () => {
  let server: TestServer;
  let folder: string;
  let environment: Record<string, string>;
  const closing: (() => void)[] = [];
  /** Beside the files of the repository. */
  const planted = new Map<string, string>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'docs-links-'));
    server = await startServer({
      keep: 10_000,
      listener: (req, res) => {
        const path = decodeURIComponent(req.url!.replace(/[?#].*/s, ''));
        if (planted.has(path)) res.setHeader('Content-Type', 'text/html').end(planted.get(path));
        else answer(path, res);
      },
    });
    const { ca: authority, leaf } = await certificateFor(Object.keys(ELSEWHERE));
    const copies = createServer(leaf, (req, res) => {
      const address = `https://${req.headers.host}${req.url!.replace('?raw=true', '')}`;
      const path = address.startsWith(`${repository}/`) ? address.slice(repository.length) : undefined;
      if (path !== undefined) return answer(path, res);
      res.writeHead(ELSEWHERE[req.headers.host!]?.includes(req.url!) ? 200 : 404).end();
    });
    const proxy = createHttpServer().on('connect', (_req, socket) => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      copies.emit('connection', socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, authority.cert);
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    environment = { HTTPS_PROXY: address, https_proxy: address, no_proxy: '127.0.0.1', NODE_EXTRA_CA_CERTS: ca };
  });
  afterAll(async () => {
    for (const close of closing) close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const crawl = (...paths: string[]) =>
    sluice(
      [
        'crawl',
        ...paths.map((path) => server.url(path)),
        '--external',
        '--fragments',
        '--no-assets',
        '--format',
        'json',
      ],
      '',
      folder,
      environment,
    ).ended;

  it('all lead somewhere', async () => {
    const { code, out, err } = await crawl('/README.md', '/CONTRIBUTING.md', '/SECURITY.md', '/CHANGELOG.md');
    const { broken, fragments, invalid } = JSON.parse(out);
    expect({ broken, fragments, invalid }, err).toMatchObject({ broken: [], fragments: [] });
    expect(code).toBe(0);
    for (const page of ['/docs/quickstart.md', '/docs/crawling.md', '/docs/cli.md']) {
      expect(server.requests.map(({ url }) => url)).toContain(page);
    }
  }, 120_000);

  it('are told when they lead nowhere: to a page, a heading, or another host', async () => {
    planted.set(
      '/planted',
      '<a href="/docs/none.md"></a><a href="/SECURITY.md#none"></a><a href="https://github.com/none"></a>' +
        `<a href="${repository}/docs/no-page.md"></a>`,
    );
    const { code, out } = await crawl('/planted');
    expect(code).toBe(1);
    expect(out).toContain('/docs/none.md');
    expect(out).toContain('/SECURITY.md#none');
    expect(out).toContain('https://github.com/none');
    expect(out).toContain(`${repository}/docs/no-page.md`);
  }, 120_000);
});
