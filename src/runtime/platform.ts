/**
 * The doors to what only some runtimes have, so that the core imports no `node:` module: asked for when it is needed,
 * absent without harm in browsers and workers.
 */

import { IN_PAGE } from './in-page.ts';

interface ProcessLike {
  getBuiltinModule?(name: string): unknown;
}

/** A built-in module of Node (or of a runtime that plays Node), or `undefined` where there is none. */
export function builtin<T>(name: `node:${string}`): T | undefined {
  if (IN_PAGE) return undefined;
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

/** What this program runs in, as far as its rules differ. `web` is a browser, and whatever else has only its APIs. */
export type RuntimeName = 'node' | 'bun' | 'deno' | 'workerd' | 'web';

interface RuntimeLike {
  readonly navigator?: { readonly userAgent?: string };
  readonly process?: { readonly versions?: Readonly<Record<string, string | undefined>> };
}

/** Its name is asked for only where a fact of a runtime cannot be probed. */
export function runtimeName(): RuntimeName {
  const { process } = globalThis as RuntimeLike;
  // With its flag `nodejs_compat` workerd has the versions of a Node.
  if (navigatorOfRuntime()?.userAgent === 'Cloudflare-Workers') return 'workerd';
  const versions = process?.versions ?? {};
  if (Object.hasOwn(versions, 'bun')) return 'bun';
  if (Object.hasOwn(versions, 'deno')) return 'deno';
  return Object.hasOwn(versions, 'node') ? 'node' : 'web';
}

/** Some globals have it from a prototype of their own; one that all objects inherit is nobody's. */
function navigatorOfRuntime(): RuntimeLike['navigator'] {
  return Object.hasOwn(Object.prototype, 'navigator') ? undefined : (globalThis as RuntimeLike).navigator;
}

/** The smallest module of WebAssembly: its magic number and version. */
const EMPTY_WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/**
 * Whether Node's transports work here: Node's modules can be had, and WebAssembly, in which undici has its parser, may be
 * compiled. A worker of Cloudflare's that plays Node may not; Bun, which plays it too, may. Deno has all of it, but tells its
 * sockets a turn late of bytes that lie behind an answer: a server could answer the next request before it was sent.
 */
export function hasNodeTransports(): boolean {
  if (runtimeName() === 'deno') return false;
  const { process } = globalThis as RuntimeLike & { process?: ProcessLike };
  if (process?.versions?.['node'] === undefined || typeof process.getBuiltinModule !== 'function') return false;
  return compilesWasm();
}

function compilesWasm(): boolean {
  try {
    return new WebAssembly.Module(EMPTY_WASM) !== undefined;
  } catch {
    return false;
  }
}

const probed = new WeakMap<object, boolean>();

/** Whether a program may not set some headers, as the page in a browser may not (WHATWG Fetch section 2.2.2). */
export function isBrowser(): boolean {
  if (!IN_PAGE && isNodesOwn()) return false;
  const { Request } = globalThis as { Request?: typeof globalThis.Request };
  if (Request === undefined) return false;
  let drops = probed.get(Request);
  if (drops === undefined) {
    const { headers } = new Request('http://localhost/', { headers: [['cookie', 'probe=1']] });
    drops = headers?.has('cookie') === false;
    probed.set(Request, drops);
  }
  return drops;
}

/**
 * Whether `Request` is still Node's own, which drops no header. Node loads its whole fetch when somebody looks at it: that is
 * more than all else that a first client costs. What a program, or a page that is played in Node, has put there is asked.
 */
function isNodesOwn(): boolean {
  if (runtimeName() !== 'node' || 'document' in globalThis) return false;
  return Object.getOwnPropertyDescriptor(globalThis, 'Request')?.get !== undefined;
}

/** The address that relative ones are relative to: the page's, or the worker's that it started. */
export function pageUrl(): string | undefined {
  const { document, location } = globalThis as { document?: { baseURI?: string }; location?: { href?: string } };
  const base = document?.baseURI ?? location?.href;
  return base !== undefined && /^https?:/.test(base) ? base : undefined;
}
