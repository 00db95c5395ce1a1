/** Pages without end, such as a calendar's or a link that adds to its own path, as a pure function. */

export type Trap = 'too long' | 'repeats itself';

export interface TrapOptions {
  /** Characters of a URL. */
  readonly maxUrl: number;
  /** How often one part may stand in a path. */
  readonly maxRepeats: number;
}

export const TRAPS: TrapOptions = { maxUrl: 2048, maxRepeats: 4 };

/** @param url absolute: asked for every link of every page, of which most end at the first look */
export function trapOf(url: string, { maxUrl, maxRepeats }: TrapOptions): Trap | undefined {
  if (url.length > maxUrl) return 'too long';
  if (!hasMoreSlashes(url, maxRepeats)) return undefined;
  const end = url.search(/[?#]/);
  const parts = (end === -1 ? url : url.slice(0, end)).split('/').slice(3);
  if (parts.length <= maxRepeats) return undefined;
  const counts = new Map<string, number>();
  for (const part of parts) {
    const count = (counts.get(part) ?? 0) + 1;
    if (count > maxRepeats && part !== '') return 'repeats itself';
    counts.set(part, count);
  }
  return undefined;
}

/** Whether more than so many stand behind the host. */
function hasMoreSlashes(url: string, most: number): boolean {
  let at = url.indexOf('://') + 2;
  for (let left = most; left >= 0; left -= 1) {
    at = url.indexOf('/', at + 1);
    if (at === -1) return false;
  }
  return true;
}
