/**
 * Run as a process of its own by `crash.test.ts`: sends one request that fails, with a secret in every place, and leaves
 * the error uncaught, so that what stands on standard error is what the runtime prints.
 */
import { Client, type ClientOptions } from '../../src/client/client.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import '../../src/default-stack.ts';
import { matrixHandlers } from './fault-cells.ts';
import { secretOptions } from './secret-places.ts';

const [handler, way, url] = process.argv.slice(2) as [string, string, string];

const options: ClientOptions = { handler: HandlerStack.create(matrixHandlers[handler]!()) };
const client = new Client(options);
const failure = client.post(url, { ...secretOptions(), retry: { limit: 1, methods: ['POST'], delay: () => 1 } });

if (way === 'rejection') await failure;
else if (way === 'cause') {
  await failure.catch((cause: unknown) => {
    throw new Error('the order was not placed', { cause });
  });
} else await Promise.any([failure]);
