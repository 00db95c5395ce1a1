/**
 * An archive of ours in Chromium's own network panel: its frontend, which is bundled with the browser, is opened as a page, and is
 * given the file as by its button "Import HAR file".
 */
import assert from 'node:assert/strict';
import { har } from '../../src/har/har.ts';
import { Client, HandlerStack } from '../../src/index.ts';
import { startServer } from '../../src/testing/server.ts';
import type { ReportBrowser } from './browser.ts';

interface Imported {
  /** What the importer makes of the entries. */
  readonly requests: readonly {
    url: string;
    status: number;
    method: string;
    type: string;
    ms: number;
    size: number;
    headers: number;
    text: string;
  }[];
  /** Lines that the panel shows. */
  readonly shown: readonly string[];
}

const IMPORT = `(async (text) => {
  const of = (path) => import('devtools://devtools/bundled/' + path);
  const { HARFormat, Importer } = await of('models/har/har.js');
  const { log } = new HARFormat.HARRoot(JSON.parse(text));
  const requests = [];
  for (const one of Importer.Importer.requestsFromHARLog(log)) {
    const content = await one.requestContentData();
    requests.push({ url: one.url(), status: one.statusCode, method: one.requestMethod, type: one.mimeType, ms: one.duration * 1000,
      size: one.resourceSize, headers: one.responseHeaders.length, text: content.isTextContent ? content.text : '' });
  }
  const { ViewManager } = await of('ui/legacy/legacy.js');
  const { NetworkPanel } = await of('panels/network/network.js');
  await ViewManager.ViewManager.instance().showView('network');
  const { networkLogView } = NetworkPanel.NetworkPanel.instance();
  await networkLogView.onLoadFromFile(new File([text], 'ours.har'));
  const shown = () => networkLogView.flatNodesList().map((node) => node.request()?.url());
  for (let tries = 0; tries < 100 && shown().length < requests.length; tries++) await new Promise(requestAnimationFrame);
  return { requests, shown: shown() };
})`;

/** A redirect, a retry, a coded body, a POST, a failure. */
async function archive(): Promise<string> {
  await using server = await startServer();
  const log = har({ bodies: true });
  const client = new Client({
    handler: HandlerStack.create().push(log.layer, 'har'),
    baseUri: server.url('/'),
    httpErrors: false,
  });
  await client.get('redirect-to?url=/json');
  await client.get('gzip');
  await client.post('anything', { json: { name: 'Ada' } });
  await client.get('status/503', { retry: { limit: 1, delay: () => 0 } });
  await client.attempt('GET', 'http://127.0.0.1:1/');
  await client.close();
  return JSON.stringify(log);
}

export async function inNetworkPanel(browser: ReportBrowser): Promise<void> {
  const text = await archive();
  const { entries } = (
    JSON.parse(text) as {
      log: {
        entries: {
          time: number;
          request: { url: string; method: string };
          response: { status: number; headers: unknown[]; content: { size: number; text?: string } };
        }[];
      };
    }
  ).log;
  assert.deepEqual(
    entries.map(({ response }) => response.status),
    [302, 200, 200, 200, 503, 503, 0],
  );
  const page = await browser.bare('devtools://devtools/bundled/devtools_app.html');
  const { requests, shown } = await page.evaluate<Imported>(`${IMPORT}(${JSON.stringify(text)})`);
  await page.context().close();
  const wanted = entries.map(({ request, response }) => [
    request.method,
    request.url,
    response.status,
    response.headers.length,
    response.content.size,
    response.content.text ?? '',
  ]);
  assert.deepEqual(
    requests.map((one) => [one.method, one.url, one.status, one.headers, one.size, one.text]),
    wanted,
  );
  for (const [index, { ms }] of requests.entries())
    assert.ok(Math.abs(ms - entries[index]!.time) < 1, `its time, ${ms} ms`);
  assert.deepEqual(shown.toSorted(), entries.map(({ request }) => request.url).toSorted(), 'the panel shows each');
}
