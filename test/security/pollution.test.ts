/**
 * The same requests, clean and with `Object.prototype` holding every option: one name at a time, and all at once. Not a
 * byte on the wire may change, nor what the caller gets.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';
import { built } from '../support/built.ts';
import { matrixHandlers } from './fault-cells.ts';
import type { Round } from './polluted-process.ts';
import { pollutionRows, readByRuntime } from './pollution-rows.ts';

async function roundsOver(handler: string): Promise<Round[]> {
  const args = ['--no-warnings', built('test/security/polluted-process.ts'), handler];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as Round[];
}

function differences(clean: Round, rounds: readonly Round[]): string[] {
  return rounds
    .filter(({ sent, got }) => JSON.stringify([sent, got]) !== JSON.stringify([clean.sent, clean.got]))
    .map(({ name, sent, got }) => {
      const changed = sent.find((text, i) => text !== clean.sent[i]);
      return `${name}: ${JSON.stringify(got)}, ${sent.length} requests, changed: ${changed ?? 'none'}`;
    });
}

describe.each(Object.keys(matrixHandlers))('a polluted Object.prototype, over %s', (handler) => {
  const runtime = readByRuntime[handler] ?? {};

  it('changes no byte on the wire and nothing that the caller gets', { timeout: 120_000 }, async () => {
    const [clean, ...rounds] = await roundsOver(handler);
    expect(clean!.sent).toHaveLength(handler === 'fetch' ? 9 : 10);
    expect(rounds.map(({ name }) => name)).toEqual(pollutionRows(handler).map(([name]) => name));
    const ours = rounds.filter(({ name }) => !Object.hasOwn(runtime, name));
    expect(differences(clean!, ours)).toEqual([]);
    for (const { name, sent } of rounds) expect(sent, name).toEqual(clean!.sent.slice(0, sent.length));
  });
});
