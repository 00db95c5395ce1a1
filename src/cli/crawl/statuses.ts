/** Which statuses are no failure, as a pure function of `--accept`. */

export type StatusRange = readonly [from: number, to: number];

/** Redirects are links of their own. */
export const ACCEPTED: readonly StatusRange[] = [[100, 399]];

/** `200..299,403`; `undefined` when it is no such list. */
export function statusRanges(text: string): StatusRange[] | undefined {
  const ranges = text.split(',').map((part): StatusRange | undefined => {
    const [, from, to = from] = /^\s*([1-5]\d\d)(?:\s*(?:\.\.|-)\s*([1-5]\d\d))?\s*$/.exec(part) ?? [];
    return from === undefined || Number(to) < Number(from) ? undefined : [Number(from), Number(to)];
  });
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

export function isAccepted(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some(([from, to]) => status >= from && status <= to);
}
