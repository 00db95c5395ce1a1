/**
 * The ids of the lines of the frontiers in memory and in a file: which crawl wrote it, and how many it had written
 * then.
 */

/**
 * How many lines stand before those that follow.
 * @param after the id of a line, or none for the beginning
 * @param crawl whose lines are asked for
 * @throws TypeError for a line of another crawl
 */
export function placeAfter(after: string | undefined, crawl: string): number {
  if (after === undefined) return 0;
  const dash = after.lastIndexOf('-');
  const place = Number(after.slice(dash + 1));
  if (after.slice(0, dash) === crawl && Number.isSafeInteger(place)) return place;
  throw new TypeError(`the line ${JSON.stringify(after)} is of another crawl; expected one of ${crawl}`);
}
