/**
 * The asynchronous context (`AsyncLocalStorage`) in which a call was made. What runs when a shared socket has news would
 * otherwise run in the context of whoever used it first, and a body that reads its tenant there would send another's.
 */
import { IN_PAGE } from '../runtime/in-page.ts';
import { builtin } from '../runtime/platform.ts';

/** Runs a function in the context that was current when this was made. */
export interface Scope {
  runInAsyncScope<R>(run: () => R): R;
}

interface AsyncHooks {
  readonly AsyncResource?: new (type: string) => Scope;
}

/**
 * The context of now; `undefined` where the runtime has none. A resource by itself: `AsyncLocalStorage.snapshot()` puts
 * functions and properties around one that hold 6 to 17 times its memory, and take 15 times as long to make.
 */
export function currentScope(): Scope | undefined {
  if (IN_PAGE) return undefined;
  const { AsyncResource } = builtin<AsyncHooks>('node:async_hooks') ?? {};
  return AsyncResource === undefined ? undefined : new AsyncResource('SLUICE');
}

/** Runs it in a context of before, or as it is where there is none. */
export function within<R>(scope: Scope | undefined, run: () => R): R {
  return scope === undefined ? run() : scope.runInAsyncScope(run);
}
