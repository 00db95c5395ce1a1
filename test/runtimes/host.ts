/** The servers of the contract for runtimes that have none, told what to do over HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import type { Bench } from '../contract/bench.ts';
import { chapters } from '../contract/chapters.ts';
import type { ServerState } from './portable/remote.ts';

type Scripts = Script | ((connection: number) => Script);

const tests = new Map<string, (bench: Bench) => Promise<void>>();
for (const chapter of Object.values(chapters)) chapter((name, run) => tests.set(name, run));

export interface Host {
  readonly origin: string;
  readonly sitePort: number;
  readonly tests: readonly string[];
  /** Closes the servers of a test; the next one has a site of its own. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** The script with this number of a test: the test runs here too, over Node's fetch, until it asks for it. */
function scriptOf(test: string, index: number, site: TestServer): Promise<Scripts> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const handler = fetchHandler();
    const bench: Bench = {
      handler,
      server: site,
      url: (path) => site.url(path),
      send: (what, options = {}) =>
        handler(typeof what === 'string' ? new HttpRequest('GET', site.url(what)) : what, options),
      fresh: () => fetchHandler(),
      play(script) {
        if (count++ < index) return startScriptedServer(script);
        resolve(script);
        return new Promise<never>(() => undefined);
      },
    };
    tests.get(test)!(bench).then(() => reject(new Error('the test played no such script')), reject);
  });
}

export async function startHost(): Promise<Host> {
  let site = await startServer();
  const servers = new Map<string, ScriptedServer>();
  let last = 0;
  const serverOf = (id: string) => (id === 'site' ? site : servers.get(id));

  async function answer(what: string, query: URLSearchParams): Promise<unknown> {
    const id = query.get('id') ?? '';
    const server = serverOf(id);
    if (what === 'play') {
      const scripted = await startScriptedServer(await scriptOf(query.get('test')!, Number(query.get('index')), site));
      servers.set(String(++last), scripted);
      return { id: String(last), port: scripted.port };
    }
    if (what === 'state') return stateOf(server);
    if (what === 'allClosed') await server?.allClosed();
    if (what === 'close') await server?.close();
    return {};
  }

  // A connection that is closed while nobody asks would be lost to the next who does.
  const control = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://h.test');
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (pathname === '/') {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>contract</title>');
      return;
    }
    answer(pathname.slice(1), searchParams).then(
      (value) => response.end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    get sitePort() {
      return site.port;
    },
    tests: [...tests.keys()],
    async clear() {
      // A connection that a test left behind is nothing for the next one.
      await site.close();
      site = await startServer();
      await Promise.all([...servers.values()].map((server) => server.close()));
      servers.clear();
    },
    async close() {
      control.closeAllConnections();
      await new Promise((resolve) => control.close(resolve));
      await site.close();
    },
  };
}

function stateOf(server: TestServer | ScriptedServer | undefined): ServerState {
  return {
    connections: server?.connections ?? 0,
    totalConnections: server?.totalConnections ?? 0,
    requests: server !== undefined && 'requests' in server ? server.requests : [],
    received:
      server !== undefined && 'received' in server ? server.received.map((bytes) => bytes.toString('base64')) : [],
  };
}
