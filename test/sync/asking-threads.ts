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

/** This file once more. A thread does not learn TypeScript from the one that started it. */
function startThread(): void {
  const source = `import('tsx/esm/api').then(({ register }) => { register(); return import('${import.meta.url}'); })`;
  new Worker(source, { eval: true, argv: [baseUri], execArgv: [] });
}
