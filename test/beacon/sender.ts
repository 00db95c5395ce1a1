/** A process that sends beacons and forgets them: `<uri> <bytes> <count>`. Prints how long the calls took. */
import { writeSync } from 'node:fs';
import { Client } from '../../src/index.ts';

const [uri = '', bytes = '0', count = '1'] = process.argv.slice(2);
const client = new Client({
  verify: false,
  maxInFlight: 4,
  timeout: '1h',
  onError: (error) => void writeSync(1, `${(error as { code: string }).code}\n`),
});
const body = new Uint8Array(Number(bytes)).fill(97);
const started = performance.now();
const sent = Array.from({ length: Number(count) }, () => client.beacon(uri, { body }));
writeSync(1, `${performance.now() - started}\n`);
for (const { flushed } of sent) void flushed.then((isFlushed) => writeSync(1, `flushed ${isFlushed}\n`));
