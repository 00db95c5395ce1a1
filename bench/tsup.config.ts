/**
 * What the benchmark measures, as it is shipped (only the types are left out, and it goes where it disturbs nobody), and
 * the processes that measure it.
 */
import type { Options } from 'tsup';
import shipped from '../tsup.config.ts';
import { BUILT, ROOT, SLUICE } from './paths.ts';

const [library] = shipped as Options[];

export default [
  { ...library, dts: false, outDir: SLUICE, silent: true },
  {
    entry: {
      worker: `${ROOT}bench/worker/worker.ts`,
      compare: `${ROOT}bench/worker/compare.ts`,
      counted: `${ROOT}bench/worker/counted.ts`,
      server: `${ROOT}bench/server/server.ts`,
    },
    format: 'esm',
    target: 'node20',
    splitting: true,
    skipNodeModulesBundle: true,
    outDir: BUILT,
    silent: true,
  },
] satisfies Options[];
