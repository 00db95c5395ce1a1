/** What a process holds of its own making, told from what the engine keeps about the code that ran. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';

interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[]] };
  };
  readonly nodes: readonly number[];
}

/**
 * Kinds of nodes that belong to the engine: machine code with its tables, hidden classes, and its own lists. They grow as
 * long as a run has news, whatever the program holds, and `v8.getHeapCodeStatistics()` knows but a part of them.
 */
const OF_THE_ENGINE: ReadonlySet<string> = new Set(['code', 'hidden', 'object shape', 'synthetic']);

/**
 * Bytes of objects, functions, strings, arrays and buffers, by a snapshot of the heap, which collects the garbage first.
 * A process of its own counts, so that the text of the snapshot is no memory of this one.
 */
export async function heldBytes(): Promise<number> {
  const counter = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), 'count'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [counted] = await Promise.all([text(counter.stdout), pipeline(v8.getHeapSnapshot(), counter.stdin)]);
  return Number.parseInt(counted, 10);
}

function countHeld({ snapshot, nodes }: Snapshot): number {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  const isCounted = types[0].map((name) => !OF_THE_ENGINE.has(name));
  let bytes = 0;
  for (let at = 0; at < nodes.length; at += fields.length) if (isCounted[nodes[at + type]!]) bytes += nodes[at + size]!;
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'count') {
  console.log(countHeld(JSON.parse(await text(process.stdin)) as Snapshot));
}
