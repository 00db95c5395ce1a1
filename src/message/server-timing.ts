/** What a server says about its own time (W3C Server Timing). */
import { FieldCursor } from './field-parameters.ts';
import { isToken } from './headers.ts';

/** One metric, as `PerformanceServerTiming` has it in a browser. */
export interface ServerTiming {
  /** What was measured. */
  readonly name: string;
  /** Milliseconds, 0 when the server gives none. */
  readonly duration: number;
  /** `''` when the server gives none. */
  readonly description: string;
}

/** The metrics of `Server-Timing` lines, in their order; what follows no grammar is left out. */
export function serverTimingsOf(lines: readonly string[]): readonly ServerTiming[] {
  return lines.flatMap(parseLine);
}

function parseLine(line: string): ServerTiming[] {
  const cursor = new FieldCursor(line);
  const timings: ServerTiming[] = [];
  for (cursor.skipSeparators(); !cursor.isAtEnd; cursor.skipSeparators()) {
    const name = cursor.until(';, \t');
    const parameters = cursor.parameters();
    // The first of a name counts.
    const first = (wanted: string) => parameters.find(([key]) => key === wanted)?.[1];
    const duration = Number.parseFloat(first('dur') ?? '');
    if (!isToken(name)) continue;
    timings.push({ name, duration: Number.isFinite(duration) ? duration : 0, description: first('desc') ?? '' });
  }
  return timings;
}
