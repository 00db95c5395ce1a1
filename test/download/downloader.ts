/** A process that downloads and says how far it is, to be killed: `<uri> <path> <segments>`. */
import { writeSync } from 'node:fs';
import { Client } from '../../src/index.ts';

const [uri = '', path = '', segments = '1'] = process.argv.slice(2);
const client = new Client();
let told = 0;
const { bytes, resumed } = await client.download(uri, path, {
  segments: Number(segments),
  progress({ transferred }) {
    if (transferred - told < 1_048_576) return;
    told = transferred;
    writeSync(1, `${transferred}\n`);
  },
});
writeSync(1, `done ${bytes} ${resumed}\n`);
await client.close();
