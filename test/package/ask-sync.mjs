// The blocking call of the built package: `<format> <origin>`. It prints what it got, and must end by itself.
import { createRequire } from 'node:module';

const [format, baseUri] = process.argv.slice(2);
const { Client } = format === 'cjs' ? createRequire(import.meta.url)('sluice') : await import('sluice');
const client = new Client({ baseUri });

function outcome(method, uri, options) {
  try {
    return client.requestSync(method, uri, options).body.length;
  } catch (error) {
    return `${error.constructor.name} ${error.code}`;
  }
}

const outcomes = [
  outcome('GET', '/bytes/5000000'),
  outcome('PUT', '/status/204', { body: new Uint8Array(5_000_000) }),
  outcome('GET', '/status/404'),
  outcome('GET', '/delay/60000', { timeout: '50ms' }),
  outcome('GET', '/', { signal: AbortSignal.timeout(60_000) }),
];
console.log(JSON.stringify(outcomes));
