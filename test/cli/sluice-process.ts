/** The command line tool as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { built } from '../support/built.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Sluice {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; out: string; err: string }>;
}

/** @param cwd where it runs; default: the project's folder @param environment what it has beside ours */
export function sluice(
  args: readonly string[],
  input = '',
  cwd = root,
  environment: Readonly<Record<string, string>> = {},
): Sluice {
  // One process and not two: a signal must reach the tool itself.
  const child = spawn(process.execPath, [built('src/cli/index.ts'), ...args], {
    cwd,
    env: { ...process.env, ...environment },
  });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Awaited<Sluice['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
  return { child, ended };
}
