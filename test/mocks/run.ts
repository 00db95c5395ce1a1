/**
 * Which tool that mocks HTTP sees which handler: `npm run test:mocks`. nock, MSW and undici's MockAgent over the packed package,
 * in Node 22, which the first two need. Prints a table. Needs a build, and the registry.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownProject, packInto, root } from '../../scripts/own-project.ts';

const home = ownProject('mocks', {
  msw: '3.0.5',
  nock: '15.0.6',
  node: '22.23.3',
  socks: '2.8.10',
  'tough-cookie': '6.1.0',
  undici: '7.30.2',
  ws: '8.23.0',
});
packInto(home);
copyFileSync(join(root, 'test/mocks/program.mjs'), join(home, 'program.mjs'));
const ended = spawnSync(join(home, 'node_modules/node/bin/node'), ['program.mjs'], {
  cwd: home,
  encoding: 'utf8',
  timeout: 120_000,
});
const rows = ended.stdout
  .split('\n')
  .filter((line) => line.startsWith('{"name"'))
  .map((line) => JSON.parse(line) as { name: string; problem?: string });
for (const { name, problem } of rows) console.log(`${name.padEnd(48)} ${problem === undefined ? 'passed' : 'FAILED'}`);
for (const { name, problem } of rows) if (problem !== undefined) console.log(`${name}: ${problem}`);
const failed = rows.filter(({ problem }) => problem !== undefined).length;
console.log(`${rows.length - failed} passed, 0 skipped, ${failed} failed`);
if (ended.status !== 0) console.log(`${ended.stdout}${ended.stderr}`.slice(-3000));
process.exitCode = ended.status === 0 && rows.length > 8 && failed === 0 ? 0 : 1;
