/**
 * What is read from `Object.prototype` while requests of every kind run: nothing by this package, and nothing from a record
 * that this package hands to the runtime or to a library. Each name that may stand there for a flaw elsewhere in a program
 * is found by the reads themselves, so a new record or a new version of a library cannot be forgotten.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';
import type { PrototypeRead } from './prototype-trap.ts';

/** Names that the language, or duck typing of a caller's value, asks of any object. */
const OF_ANY_OBJECT = new Set(['then', 'return', 'toJSON', 'pipe', 'getCookieHeader', 'store', 'save']);
/** Of a class: a method that some of its kind have. */
const OF_A_CLASS = new Set(['written', 'errors', 'cause']);
/** Modules of the runtime that read records which they have made themselves. */
const OWN_RECORDS =
  /^node:(?:events|_http_incoming|async_hooks|internal\/(?:deps\/undici\/undici|event_target|process\/task_queues|source_map\/.*|streams\/end-of-stream|modules\/.*|util\/inspect|dns\/utils|fs\/.*))$/;
/** Libraries that read records which they have made themselves. */
const OF_LIBRARIES = /^node_modules\/(?:tough-cookie|smart-buffer|tsx)\//;
/** Records of the runtime's own TLS sockets, HTTP/2 streams and bodies, by the keys they begin with. */
const OWN_SHAPES =
  /^\{ (?:handle, allowHalfOpen|pull, start, type \}|allowHalfOpen, pipe|allowHalfOpen, decodeStrings|didRead, flags)/;

async function readsOver(handler: string): Promise<PrototypeRead[]> {
  const script = join(root, 'test/security/read-process.ts');
  const args = ['--import', 'tsx', '--no-warnings', script, handler];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as PrototypeRead[];
}

const shown = ({ name, file, line, on, from }: PrototypeRead) => `${name} of ${on} in ${file}:${line}, from ${from}`;

// Not over fetch: the runtime's own reads its own records, and hangs with a getter for each name.
describe.each(['undici', 'stream', 'http2'])('over %s', (handler) => {
  it('nothing is read from Object.prototype, by us or from a record of ours', { timeout: 240_000 }, async () => {
    const reads = await readsOver(handler);
    expect(reads.length).toBeGreaterThan(20);
    const isPlain = (read: PrototypeRead) => read.on.startsWith('{');
    const ours = reads.filter(
      (read) =>
        read.file.startsWith('src/') && !OF_ANY_OBJECT.has(read.name) && (isPlain(read) || !OF_A_CLASS.has(read.name)),
    );
    expect(ours.map(shown)).toEqual([]);
    const handed = reads.filter(
      (read) =>
        isPlain(read) &&
        read.from.startsWith('src/') &&
        !read.file.startsWith('src/') &&
        !OF_LIBRARIES.test(read.file) &&
        !OWN_RECORDS.test(read.file) &&
        !OWN_SHAPES.test(read.on),
    );
    expect(handed.map(shown)).toEqual([]);
  });
});
