// A program under an agent, which `agents.ts` preloads: each kind of call over each handler, from the packed package.
// `<origin> <other origin> <origin of HTTP/2>`. Prints a line of JSON for each: what the caller saw.
import 'node:http';
import 'node:https';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  fetchHandler,
  HandlerStack,
  http2Handler,
  nodeHttpHandler,
  streamHandler,
  undiciHandler,
} from 'sluice';

// As any server does; some agents take a module over when it is asked for.
for (const name of ['http', 'https', 'http2']) createRequire(import.meta.url)(name);

const [origin, other, h2] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'sluice-agent-'));
const handlers = {
  undici: undiciHandler,
  'node:http': nodeHttpHandler,
  stream: streamHandler,
  fetch: fetchHandler,
  http2: http2Handler,
};

async function* pieces() {
  for (let at = 0; at < 5; at++) yield `piece ${at};`;
}

const calls = {
  get: async (client) => {
    const response = await client.get('plain?a=1', { headers: { 'X-Own': 'one, two', Cookie: 'a=b' } });
    return [response.status, await response.text()];
  },
  post: async (client) => {
    const response = await client.post('plain', { body: pieces(), headers: { 'Content-Type': 'text/plain' } });
    return [response.status, await response.text()];
  },
  download: async (client) => {
    const path = join(folder, 'file');
    const { size } = await client.download('file', path);
    const content = readFileSync(path, 'utf8');
    rmSync(path);
    return [size, content.length, content === 'x'.repeat(100_000)];
  },
  redirect: async (client) => {
    const response = await client.get(`redirect?to=${encodeURIComponent(`${other}/landed`)}`);
    return [response.status, response.url, response.redirects.length, await response.text()];
  },
  retry: async (client, name) => {
    const response = await client.get(`flaky/${name}`, { retry: { limit: 2, delay: () => 0 } });
    return [response.status, response.attempts];
  },
  expect: async (client) => {
    const response = await client.put('plain', { body: 'expected', expect: true });
    return [response.status, await response.text()];
  },
};

// Without an agent there is nothing to trace.
const { span = (_name, run) => run(), flush = () => undefined } = globalThis.agent ?? {};
for (const [name, make] of Object.entries(handlers)) {
  const isHttp2 = name === 'http2';
  const handler = HandlerStack.create(make());
  const options = { baseUri: `${isHttp2 ? h2 : origin}/`, timeout: '20s', ...(isHttp2 && { version: '2' }) };
  const client = new Client({ ...options, handler, stream: name === 'stream' });
  for (const [call, run] of Object.entries(calls)) {
    // The other origin speaks HTTP/1.1 alone.
    if (isHttp2 && call === 'redirect') continue;
    // The first request of each call tells the server which it is.
    const told = client.extend({ headers: { 'X-Case': `${name} ${call}` } });
    const outcome = await span(`${name} ${call}`, () => run(told, name.replace(':', '-'))).catch((error) => [
      error.name,
      error.code,
      error.message.replace(/:\d{4,5}/g, ''),
    ]);
    console.log(JSON.stringify({ name, call, outcome }));
  }
  await client.close();
}
await flush();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
