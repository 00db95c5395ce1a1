/** A process whose threads all ask at once: `<uri>`. */
import { writeSync } from 'node:fs';
import { isMainThread, Worker } from 'node:worker_threads';
import { Client } from '../../src/index.ts';

const THREADS = 4;
const baseUri = process.argv[2] ?? '';
const client = new Client({ baseUri });
if (isMainThread) for (let i = 1; i < THREADS; i++) startThread();
let answers = 0;
for (let i = 0; i < 50; i++) {
  const echoed = client.requestSync('POST', '/anything', { json: { i } }).json<{ body: string }>();
  if (echoed.body === JSON.stringify({ i })) answers += 1;
}
writeSync(1, `${answers} answers\n`);

/** This file once more. */
function startThread(): void {
  new Worker(new URL(import.meta.url), { argv: [baseUri], execArgv: [] });
}
