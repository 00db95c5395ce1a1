/**
 * Finds what is read from `Object.prototype`: a getter for every name that stands behind a dot, or between the braces of a
 * pattern, in the sources of this package, of the libraries it uses, and of the runtime. Reads are kept with the file that
 * reads and the object they were tried on. What a program inherits there, a flaw elsewhere can set.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../architecture/imports.ts';

/** One place that reads a name which an object does not have. */
export interface PrototypeRead {
  readonly name: string;
  /** `src/x.ts`, `node_modules/ws/lib/x.js` or `node:internal/x`. */
  readonly file: string;
  readonly line: string;
  /** The first frame of this package above it; empty when there is none. */
  readonly from: string;
  /** The keys of a plain record, or the name of a class. */
  readonly on: string;
}

/** Libraries whose code reads records that this package makes. */
const LIBRARIES = ['undici/lib', 'ws/lib', 'socks/build', 'tough-cookie/dist', 'smart-buffer/build'];
/** A descriptor is built from these: with one of them on the prototype, no property can be defined at all. */
const DESCRIPTOR = new Set(['get', 'set', 'value', 'writable', 'enumerable', 'configurable']);
const NAMES = /(?:\??\.|[{,]\s*)([a-zA-Z_$][\w$]*)/g;

function sources(folder: string, ends: RegExp): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile() && ends.test(one.name)).map((one) => join(one.parentPath, one.name));
}

/** Every name that may be read from a record. */
export function readNames(): string[] {
  const files = [
    ...sources(join(root, 'src'), /\.ts$/),
    ...LIBRARIES.flatMap((one) => sources(join(root, 'node_modules', one), /\.js$/)),
  ];
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  // The runtime's own sources, as its documentation of `process.binding` names them.
  const { binding } = process as unknown as { binding(name: 'natives'): Record<string, string> };
  texts.push(...Object.values(binding.call(process, 'natives')).filter((text) => typeof text === 'string'));
  const names = new Set<string>();
  for (const text of texts) for (const [, name] of text.matchAll(NAMES)) names.add(name!);
  return [...names].filter((name) => !DESCRIPTOR.has(name) && !(name in Object.prototype));
}

/** Reads while `run` runs. */
export async function readsOf(names: readonly string[], run: () => Promise<unknown>): Promise<PrototypeRead[]> {
  const found = new Map<string, PrototypeRead>();
  let isBusy = false;
  const note = (name: string, target: unknown): void => {
    if (isBusy) return;
    isBusy = true;
    try {
      const frames = framesNow();
      const [place = '', ...rest] = frames;
      const own = [place, ...rest].find((frame) => frame.startsWith('src/')) ?? '';
      const key = `${name} ${place} ${own}`;
      if (!found.has(key)) {
        const [, file = '', line = ''] = /^(.*?):(\d+)$/.exec(place) ?? [];
        found.set(key, { name, file, line, from: own, on: kindOf(target) });
      }
    } finally {
      isBusy = false;
    }
  };
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      enumerable: false,
      get(this: unknown) {
        note(name, this);
        return undefined;
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }
  try {
    await run();
  } finally {
    for (const name of names) delete (Object.prototype as Record<string, unknown>)[name];
  }
  return [...found.values()];
}

function framesNow(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const lines = (new Error().stack ?? '').split('\n').slice(4);
  Error.stackTraceLimit = limit;
  return lines
    .map((line) => {
      const [, where = ''] = /\(?((?:file:|node:|\/)[^()]*?:\d+):\d+\)?$/.exec(line) ?? [];
      return where
        .replace(/^file:\/\//, '')
        .replace(`${root}/`, '')
        .replace(root, '');
    })
    .filter((one) => one !== '');
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto === Object.prototype) return `{ ${Object.keys(value).slice(0, 8).join(', ')} }`;
  return (value.constructor as { name?: string } | undefined)?.name ?? 'object';
}
