/**
 * The doors to what only some runtimes have, so that the core imports no `node:` module: asked for when it is needed,
 * absent without harm in browsers and workers.
 */

interface ProcessLike {
  getBuiltinModule?(name: string): unknown;
}

/** A built-in module of Node (or of a runtime that plays Node), or `undefined` where there is none. */
export function builtin<T>(name: `node:${string}`): T | undefined {
  const runtime = (globalThis as { process?: ProcessLike }).process;
  return runtime?.getBuiltinModule?.(name) as T | undefined;
}

/** The built-in module, for a feature that cannot do without. @throws TypeError naming the feature. */
export function needBuiltin<T>(name: `node:${string}`, feature: string): T {
  const found = builtin<T>(name);
  if (found === undefined) throw new TypeError(`${feature} needs ${name}, which this runtime does not have`);
  return found;
}

interface EventsModule {
  setMaxListeners?(count: number, target: EventTarget): void;
}

/** For a signal that many calls share: more listeners than Node expects of a signal are no leak then. */
export function allowListeners(signal: AbortSignal): void {
  builtin<EventsModule>('node:events')?.setMaxListeners?.(0, signal);
}
