/**
 * The rows of the proxy matrix over the proxies of Debian: tinyproxy, squid and dante. What cannot be installed is
 * skipped by name; anything else that does not pass fails the run.
 */
import type { Lookup } from '../../src/options/options.ts';
import { certificates } from '../support/certificates.ts';
import { handlers, printMatrix, schemes, sendRow, startTargets, type Targets, talkRow } from '../support/proxy-rows.ts';
import { type DebianProxy, dante, isInstalled, squid, tinyproxy } from './debian.ts';

const HOST = 'localhost';
/** What a proxy itself cannot do. */
const LIMITS: Readonly<Record<string, string>> = {
  'dante SOCKS4a': 'Dante 1.4.2 dials the 0.0.0.x that SOCKS4a puts in place of an address; curl --socks4a fails alike',
};
/** The name is theirs to resolve, except where the scheme says that it is ours. */
const ours: Lookup = (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
const theirs: Lookup = (name, _, callback) => callback(new Error(`${name} is the proxy's to resolve`), []);

async function cell(
  row: string,
  scheme: (typeof schemes)[number],
  via: string,
  url: string,
  targets: Targets,
): Promise<string> {
  const lookup = row.endsWith('SOCKS4') || row.endsWith('SOCKS5') ? ours : theirs;
  try {
    const options = { proxy: url, lookup };
    const { answers, proxyHeaders } =
      scheme === 'ws' || scheme === 'wss'
        ? await talkRow(scheme, targets, HOST, options)
        : await sendRow(handlers[via]!, scheme, targets, HOST, options);
    const expected = via === 'upgrade' ? '101 hello' : '200 first,200 second';
    if (String(answers) !== expected) return `FAILED: got ${answers}`;
    return proxyHeaders.length > 0 ? `FAILED: the server saw ${proxyHeaders}` : 'ok';
  } catch (error) {
    return `FAILED: ${(error as Error).message}`;
  }
}

async function runProxy(proxy: DebianProxy, targets: Targets, cells: Map<string, Map<string, string>>): Promise<void> {
  const { server } = await certificates();
  const { urls, stop } = await proxy.start(server);
  try {
    for (const [kind, url] of Object.entries(urls)) {
      const row = `${proxy.name} ${kind}`;
      const limit = LIMITS[row];
      if (limit !== undefined) {
        skipped.push(`${row} skipped: ${limit}`);
        continue;
      }
      const found = new Map<string, string>();
      cells.set(row, found);
      for (const scheme of schemes) {
        const isTalk = scheme === 'ws' || scheme === 'wss';
        for (const via of isTalk ? ['upgrade'] : Object.keys(handlers)) {
          found.set(`${scheme} ${via}`, await cell(row, scheme, via, url, targets));
        }
      }
    }
  } finally {
    await stop();
  }
}

const cells = new Map<string, Map<string, string>>();
const skipped: string[] = [];
const targets = await startTargets();
try {
  for (const proxy of [tinyproxy, squid, dante]) {
    const installed = isInstalled(proxy);
    if (installed === true) await runProxy(proxy, targets, cells);
    else skipped.push(`${proxy.name} skipped: ${installed}`);
  }
} finally {
  await targets.close();
}
const all = [...cells].flatMap(([row, found]) =>
  [...found].map(([column, text]) => ({ where: `${row}, ${column}`, text })),
);
const failed = all.filter(({ text }) => text !== 'ok');
const short = new Map([...cells].map(([row, found]) => [row, new Map([...found].map(([k, v]) => [k, v.slice(0, 6)]))]));
if (cells.size > 0) console.log(printMatrix('proxies of Debian', short));
for (const line of [...skipped, ...failed.map(({ where, text }) => `${where}: ${text}`)]) console.log(line);
console.log(`${all.length - failed.length} of ${all.length} passed, ${skipped.length} skipped`);
if (failed.length > 0) process.exitCode = 1;
