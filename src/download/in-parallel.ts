/** Several ranges at a time; the first that ends otherwise than well ends all. */

/**
 * Gives an item back and ends its segment, which the others make up for. False, and nothing happens, in the last
 * segment: a failure there is a failure of the whole.
 */
export type Leave = () => boolean;

/**
 * Runs `work` on each item, `segments` at a time.
 * @param stop called once, when one has failed or returned something, to end the others
 * @returns what the first that returned something gave, once all have ended
 * @throws what the first that failed threw, once all have ended
 */
export async function parallel<Item, Result>(
  items: Item[],
  segments: number,
  work: (item: Item, leave: Leave) => Promise<Result | undefined>,
  stop: () => void,
): Promise<Result | undefined> {
  /** How the first one ended that ended all. */
  let ended: { readonly result?: Result; readonly error?: unknown } | undefined;
  const end = (how: NonNullable<typeof ended>): void => {
    if (ended !== undefined) return;
    ended = how;
    if (segments > 1) stop();
  };
  let running = segments;
  const segment = async (): Promise<void> => {
    let hasLeft = false;
    for (let item = items.shift(); item !== undefined && ended === undefined; item = items.shift()) {
      const given = item;
      const leave = (): boolean => {
        if (running === 1) return false;
        running -= 1;
        items.unshift(given);
        hasLeft = true;
        return true;
      };
      try {
        const result = await work(item, leave);
        if (result !== undefined) end({ result });
      } catch (error) {
        end({ error });
      }
      if (hasLeft) return;
    }
    running -= 1;
  };
  await Promise.all(Array.from({ length: segments }, segment));
  if (ended !== undefined && Object.hasOwn(ended, 'error')) throw ended.error;
  return ended?.result;
}
