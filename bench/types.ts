/**
 * Checks the types of the benchmarks, and of their tests that need what is installed here. Part of `npm run bench:check`: the
 * project's own check leaves them out, as it knows nothing of the other clients.
 */
import { spawnSync } from 'node:child_process';
import { ROOT } from './paths.ts';
import { install } from './prepare.ts';

install();
const { status } = spawnSync('npx', ['tsc', '-p', 'bench'], { cwd: ROOT, stdio: 'inherit' });
process.exitCode = status ?? 1;
