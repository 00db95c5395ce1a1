/**
 * The asynchronous context (`AsyncLocalStorage`) in which a call was made. What runs when a shared socket has news would
 * otherwise run in the context of whoever used it first, and a body that reads its tenant there would send another's.
 */
import { IN_PAGE } from '../runtime/in-page.ts';
import { builtin } from '../runtime/platform.ts';

/** Runs a function in the context that was current when this was made. */
export type Scope = <R>(run: () => R) => R;

interface AsyncHooks {
  readonly AsyncLocalStorage?: { snapshot?(): Scope };
}

/** The context of now; `undefined` where the runtime has none. */
export function currentScope(): Scope | undefined {
  return IN_PAGE ? undefined : builtin<AsyncHooks>('node:async_hooks')?.AsyncLocalStorage?.snapshot?.();
}

/** Runs it in a context of before, or as it is where there is none. */
export function within<R>(scope: Scope | undefined, run: () => R): R {
  return scope === undefined ? run() : scope(run);
}
