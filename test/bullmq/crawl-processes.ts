/** The processes of a crawl in Redis: started again whenever they were killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { built } from '../support/built.ts';

/** Numbers from 0 to 1 that are the same with each run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface Kept {
  /** The process that runs now. */
  readonly child: ChildProcess;
  /** Resolves when one came to its end by itself. */
  readonly ended: Promise<void>;
}

export class CrawlProcesses {
  /** What they wrote to their standard error. */
  err = '';
  readonly #running = new Set<ChildProcess>();
  #isOver = false;

  keep(program: string, ...args: string[]): Kept {
    const slot = { child: undefined as unknown as ChildProcess, ended: Promise.resolve() };
    const start = (): Promise<void> => {
      const child = spawn(process.execPath, [built(program), ...args]);
      slot.child = child;
      this.#running.add(child);
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.err += text;
      });
      return new Promise<void>((resolve) => {
        child.on('close', (code) => {
          this.#running.delete(child);
          resolve(code === 0 || this.#isOver ? undefined : start());
        });
      });
    };
    slot.ended = start();
    return slot;
  }

  end(): void {
    this.#isOver = true;
    for (const child of this.#running) child.kill('SIGKILL');
  }
}
