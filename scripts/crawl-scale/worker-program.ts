/** The worker of the tests, as arguments of Node. It is built first: a process that loads a compiler starts late. */
import { setup } from '../../test/support/build-once.ts';
import { built } from '../../test/support/built.ts';

export async function workerProgram(): Promise<readonly string[]> {
  await setup();
  return [built('test/bullmq/crawl-worker.ts')];
}
