/** What of a process a test can change for those that run in it afterwards. */
import { channel } from 'node:diagnostics_channel';

/** Names of what can be changed, with what is there now. */
export type ProcessState = ReadonlyMap<string, unknown>;

/** Where others put their hands: a library that patches the runtime replaces a function here. */
const PATCHED = ['http', 'https', 'http2', 'net', 'tls', 'dns', 'dns/promises', 'fs', 'fs/promises', 'timers'];
const PROTOTYPES = { Object, Array, Function, Promise, String, Map, Uint8Array, Error, AbortSignal, URL };
/** Who listens here hears the requests of everybody. */
const CHANNELS = ['tracing:sluice:call', 'tracing:sluice:attempt'].flatMap((name) =>
  ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((event) => `${name}:${event}`),
);
/** What some libraries have once for a process, from their first import on (`__…` are those of tslib); nobody else reads it. */
const REGISTRY = /^(?:\$ark|__(?!vitest)[a-z]\w+|Symbol\(openai\..+\))$/;
/** Those that end by themselves. Of a file behind a Blob, Node keeps one until the Blob is collected. */
const PASSING = new Set(['Immediate', 'TickObject', 'CloseReq', 'FileHandleReadWrap']);

export function stateOfProcess(require: (name: string) => unknown): ProcessState {
  const state = new Map<string, unknown>();
  note(state, 'globalThis', globalThis);
  for (const [name, { prototype }] of Object.entries(PROTOTYPES)) note(state, `${name}.prototype`, prototype);
  for (const name of PATCHED) note(state, `node:${name}`, require(`node:${name}`) as object);
  for (const [name, value] of Object.entries(process.env)) state.set(`process.env.${name}`, value);
  for (const event of process.eventNames()) {
    state.set(`listeners of process for ${String(event)}`, process.listenerCount(event));
  }
  for (const name of CHANNELS) state.set(`listeners of the channel ${name}`, channel(name).hasSubscribers);
  // Node 20 marks each promise while one is enabled, from its first `run` to `disable()`, and awaits ten times as slowly.
  state.set('an enabled AsyncLocalStorage', Object.getOwnPropertySymbols(new Promise(() => undefined)).length > 0);
  state.set('process.cwd()', process.cwd());
  state.set('process.exitCode', process.exitCode);
  return state;
}

/** A getter is not asked: that may change something by itself. */
function note(state: Map<string, unknown>, name: string, object: object): void {
  for (const key of Reflect.ownKeys(object)) {
    if (REGISTRY.test(String(key))) continue;
    const { value, get } = Reflect.getOwnPropertyDescriptor(object, key)!;
    state.set(`${name}.${String(key)}`, get === undefined ? value : new Getter(get));
  }
}

class Getter {
  constructor(readonly get: () => unknown) {}

  /** Node's own globals are getters until somebody needs them, and then the value that the getter gave. */
  isNow(other: unknown): boolean {
    return other instanceof Getter ? other.get === this.get : Object.is(this.get.call(globalThis), other);
  }
}

/** The names of what is no longer as it was. */
export function differences(before: ProcessState, after: ProcessState): string[] {
  const isSame = (was: unknown, is: unknown) => (was instanceof Getter ? was.isNow(is) : Object.is(was, is));
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => !isSame(before.get(name), after.get(name)));
}

/** How many there are of each kind of resource that keeps the process alive. */
export function openResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!PASSING.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
