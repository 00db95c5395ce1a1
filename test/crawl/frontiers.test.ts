import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { fileFrontier, memoryFrontier } from '../../src/crawl/index.ts';
import { frontierContract } from './frontier-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'frontiers-'));
afterAll(() => rmSync(folder, { recursive: true }));

frontierContract('memory', { open: (_name, options) => memoryFrontier(options), isKept: false, isShared: false });
frontierContract('file', {
  open: (name, options) => fileFrontier(join(folder, name), options),
  isKept: true,
  isShared: false,
});
