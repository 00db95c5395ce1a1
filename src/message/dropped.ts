/**
 * Bodies that nobody can read any more: their response was dropped without `discard()`, and the garbage collector has found
 * it. What is released then is a connection that would otherwise be kept for a reader who cannot come.
 */

/** A body to be released. It must not refer to what is watched, which could then never be collected. */
export interface Unread {
  release(): void;
}

const registry =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<Unread>((unread) => {
        unread.release();
      });

/** Releases once `target` is collected, unless `forget` comes first. */
export function releaseWhenCollected(target: object, unread: Unread): void {
  registry?.register(target, unread, target);
}

export function forget(target: object): void {
  registry?.unregister(target);
}
