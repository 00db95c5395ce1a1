import type * as fs from 'node:fs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LineFile } from '../../src/crawl/line-file.ts';
import { OpenFile } from '../../src/crawl/open-file.ts';

/** Bytes that the disk has left. */
let room = Number.POSITIVE_INFINITY;

vi.mock('node:fs', async (original) => {
  const all = await original<typeof fs>();
  const writeSync = (file: number, bytes: Uint8Array, from: number) => {
    if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const written = all.writeSync(file, bytes, from, Math.min(room, bytes.length - from));
    room -= written;
    return written;
  };
  return { ...all, writeSync };
});

let folder: string;
const path = (name: string) => join(folder, name);
const text = (name: string) => readFileSync(path(name), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-file-'));
});
afterEach(() => {
  room = Number.POSITIVE_INFINITY;
  rmSync(folder, { recursive: true });
});

const JSON_LINES = {
  parse: (line: string) => JSON.parse(line) as unknown,
  format: (one: unknown) => `${JSON.stringify(one)}\n`,
};

describe('a file that was closed', () => {
  it('is not written to, nor is the one that got its number from the system', () => {
    const crawl = new LineFile(path('a'), JSON_LINES);
    crawl.append('mine');
    const reader = crawl.reader();
    crawl.close();
    // The lowest free number is given out: that of the file before.
    const other = new LineFile(path('b'), JSON_LINES);
    other.append('its own');
    expect(() => crawl.append('late')).toThrow(`${path('a')} is closed`);
    expect(() => reader.next()).toThrow(`${path('a')} is closed`);
    expect(() => crawl.repair()).toThrow(`${path('a')} is closed`);
    expect([text('a'), text('b')]).toEqual(['"mine"\n', '"its own"\n']);
    crawl.close();
    other.append('again');
    expect([...other.reader()]).toEqual(['its own', 'again']);
    other.close();
  });

  it('is no file that holds no place to go back to', () => {
    expect(() => new OpenFile('/dev/null')).toThrow(TypeError);
  });
});

describe('a disk that is full', () => {
  it('leaves no half line, to which the next one would be glued', () => {
    const file = new LineFile(path('a'), JSON_LINES);
    file.append('first');
    room = 4;
    expect(() => file.append('second')).toThrow('ENOSPC');
    room = Number.POSITIVE_INFINITY;
    file.append('third');
    expect(text('a')).toBe('"first"\n"third"\n');
    expect(file.length).toBe(text('a').length);
    file.close();
  });
});
