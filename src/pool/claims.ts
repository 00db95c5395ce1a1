/**
 * Claims: for items whose source wants to know when all about them is done, callbacks included. The source over a BullMQ
 * queue attaches one to each item, since a job is done only then.
 */

export interface Claim {
  /** @param error what failed, the request or a callback; `undefined` for neither */
  settle(error: unknown, response: unknown): PromiseLike<void>;
  /** The pool has ended before it was known how the item ends. */
  giveBack(): void;
}

const claims = new WeakMap<object, Claim>();
/** Whether any item ever had one: without, no pool looks anything up. */
let areThere = false;

/** Attaches a claim to an item, before a pool takes it. */
export function claim(item: object, given: Claim): void {
  claims.set(item, given);
  areThere = true;
}

/** The claim of an item, if it has one. */
export function claimOf(item: unknown): Claim | undefined {
  return areThere && ((typeof item === 'object' && item !== null) || typeof item === 'function')
    ? claims.get(item)
    : undefined;
}

/** Settles the claim once what was handed over is done. @throws what `hand` throws */
export async function settleClaim(
  { settle, giveBack }: Claim,
  outcome: { readonly error: unknown; readonly response: unknown },
  isOpen: () => boolean,
  hand: () => PromiseLike<unknown> | undefined,
): Promise<void> {
  if (!isOpen()) giveBack();
  try {
    await hand();
  } catch (error) {
    await settle(error, undefined);
    throw error;
  }
  await settle(outcome.error, outcome.response);
}
