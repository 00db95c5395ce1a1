/** Several ranges at a time; the first that ends otherwise than well ends all. */

/**
 * Runs `work` on each item, `lanes` at a time.
 * @param stop called once, when one has failed or returned something, to end the others
 * @returns what the first that returned something gave, once all have ended
 * @throws what the first that failed threw, once all have ended
 */
export async function parallel<Item, Result>(
  items: Item[],
  lanes: number,
  work: (item: Item) => Promise<Result | undefined>,
  stop: () => void,
): Promise<Result | undefined> {
  let ended: { readonly result?: Result; readonly error?: unknown } | undefined;
  const end = (how: NonNullable<typeof ended>): void => {
    if (ended !== undefined) return;
    ended = how;
    if (lanes > 1) stop();
  };
  const lane = async (): Promise<void> => {
    for (let item = items.shift(); item !== undefined && ended === undefined; item = items.shift()) {
      try {
        const result = await work(item);
        if (result !== undefined) end({ result });
      } catch (error) {
        end({ error });
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (ended !== undefined && 'error' in ended) throw ended.error;
  return ended?.result;
}
