/** The test site in a process of its own, for tests that block theirs. Prints its origin; ends with its input. */
import { startServer } from '../../src/testing/index.ts';

const server = await startServer();
process.stdout.write(`${server.origin}\n`);
process.stdin.resume().on('end', () => void server.close());
