/** The command line tool in a real pseudo-terminal, which `script` (util-linux) makes. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { built } from '../support/built.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Only util-linux's takes `--command`. */
export const hasPseudoTerminal = ((): boolean => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes(
      'util-linux',
    );
  } catch {
    return false;
  }
})();

export interface PseudoTerminal {
  readonly child: ChildProcess;
  /** What the terminal got so far, standard output and standard error. */
  shown(): string;
  /** Resolves once the terminal has got a text that matches. */
  shows(pattern: RegExp): Promise<void>;
  readonly ended: Promise<{ code: number | null; shown: string }>;
}

export function inPseudoTerminal(args: readonly string[], env: Record<string, string> = {}): PseudoTerminal {
  const words = [process.execPath, built('src/cli/index.ts'), ...args];
  const command = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: root,
    env: { ...process.env, TERM: 'xterm', NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const look of waiting) look();
  });
  const ended = new Promise<{ code: number | null; shown: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, shown: text }));
  });
  return {
    child,
    shown: () => text,
    shows: (pattern) =>
      new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(text)) resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`the tool ended after ${JSON.stringify(text)}`)));
      }),
    ended,
  };
}
