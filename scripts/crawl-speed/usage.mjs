/**
 * Loaded before a crawler: writes at its end what the process has used, into the file that `USAGE` names. Asked by a message
 * of its parent, it says what it holds: bytes that are left after everything has been collected that nobody needs.
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(process.env.USAGE, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024 }));
});

process.on('message', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  // What finalizers let go of in the first one.
  setImmediate(() => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    process.send(heapUsed + external);
  });
});
// It is the crawl that keeps the process alive.
process.channel?.unref();
