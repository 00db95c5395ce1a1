/** A process that asks twice: `<uri> <how the thread of the first call ends> <what ends it>`. */
import { writeSync } from 'node:fs';
import v8 from 'node:v8';
import { Client } from '../../src/index.ts';

const [baseUri = '', how = '', preload = ''] = process.argv.slice(2);
v8.setFlagsFromString('--max-old-space-size=120');
process.env['NODE_OPTIONS'] = `--require ${preload}`;
process.env['ENDS'] = how;
const client = new Client({ baseUri });
for (const uri of ['/delay/600000', '/']) {
  try {
    writeSync(1, `${client.requestSync('GET', uri).status}\n`);
  } catch (error) {
    const { name, code } = error as { name: string; code: string };
    writeSync(1, `${name} ${code}\n`);
  }
  process.env['ENDS'] = '';
}
