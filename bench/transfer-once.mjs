// One transfer in a process that does nothing else: `<way> <uri> <path>`. It prints the most memory that it had (MiB), the
// time (ms) and what the server says the bytes hash to.
import { createReadStream, writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Client, fetchHandler, HandlerStack, nodeHttpHandler } from '../dist/index.js';

const ways = {
  download: (client, uri, path) => client.download(uri, path).then(() => ''),
  'download in 4 segments': (client, uri, path) => client.download(uri, path, { segments: 4 }).then(() => ''),
  sink: (client, uri, path) => client.get(uri, { sink: path }).then(() => ''),
  'stream, read and dropped': async (client, uri) => {
    for await (const _ of await client.get(uri, { stream: true }));
    return undefined;
  },
  'upload of a file stream': (client, uri, path) => client.put(uri, { body: createReadStream(path) }).text(),
  'the same over node:http': (_, uri, path) =>
    over(nodeHttpHandler())
      .put(uri, { body: createReadStream(path) })
      .text(),
  'the same over fetch': (_, uri, path) =>
    over(fetchHandler())
      .put(uri, { body: Readable.toWeb(createReadStream(path)) })
      .text(),
  'multipart upload from disk': (client, uri, path) => client.post(uri, { multipart: [{ name: 'file', path }] }).text(),
};
const over = (handler) => new Client({ handler: HandlerStack.create(handler) });

const [way, uri, path] = process.argv.slice(2);
const client = new Client();
const started = performance.now();
const hash = await ways[way](client, uri, path);
const ms = performance.now() - started;
await client.close();
writeSync(1, JSON.stringify({ mib: process.resourceUsage().maxRSS / 1024, ms, hash }));
