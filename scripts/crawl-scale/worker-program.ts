/** The worker of the tests, as arguments of Node. It runs from its source. */
import { join } from 'node:path';
import { root } from '../own-project.ts';

export const workerProgram: readonly string[] = ['--import', 'tsx', join(root, 'test/bullmq/crawl-worker.ts')];
