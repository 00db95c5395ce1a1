/**
 * `npm run docs:check`: builds the site, and crawls it with `sluice crawl`: every link, and every fragment. `--no-build`
 * takes the site as it was built.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './gather.ts';
import { build } from './run.ts';
import { serve } from './serve.ts';

if (!process.argv.includes('--no-build')) build();

const { origin, ...served } = await serve();
const command = ['--import', 'tsx', join(ROOT, 'src/cli/index.ts'), 'crawl', `${origin}/`];
// The 404 page is no page of the site.
const options = ['--fragments', '--ignore-robots', '--concurrency', '16'];
const child = spawn(process.execPath, [...command, ...options], { cwd: ROOT, stdio: 'inherit' });
process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
await served[Symbol.asyncDispose]();
