/** In the place of modules of Node and servers that a test starts by itself: what needs them is left out, and says so. */

export class NotHere extends Error {}

const missing = (what: string) => (): never => {
  throw new NotHere(`the test needs ${what}`);
};

export const Readable = { from: missing("a stream of Node's") };
export const getEventListeners = missing("Node's count of listeners");
export const startServer = missing('a server of its own');

(globalThis as { setImmediate?: unknown }).setImmediate ??= (callback: () => void) => setTimeout(callback, 0);

/** The part of Node's `Buffer` that the contract reads bodies with. */
class Bytes extends Uint8Array {
  static of_(bytes: Uint8Array): Bytes {
    return new Bytes(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  }

  equals(other: Uint8Array): boolean {
    return this.byteLength === other.byteLength && this.every((byte, at) => byte === other[at]);
  }

  override toString(encoding = 'utf8'): string {
    if (encoding === 'latin1') return Array.from(this, (byte) => String.fromCharCode(byte)).join('');
    return new TextDecoder().decode(this);
  }
}

(globalThis as { Buffer?: unknown }).Buffer ??= {
  from(value: string | Uint8Array | ArrayBuffer, encoding = 'utf8') {
    if (typeof value !== 'string') return Bytes.of_(new Uint8Array(value as ArrayBuffer));
    if (encoding === 'utf8') return Bytes.of_(new TextEncoder().encode(value));
    const text = encoding === 'base64' ? atob(value) : value;
    return Bytes.of_(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  },
  concat(list: readonly Uint8Array[]) {
    return Bytes.of_(Uint8Array.from(list.flatMap((bytes) => [...bytes])));
  },
  byteLength: (text: string, encoding = 'utf8') =>
    encoding === 'latin1' ? text.length : new TextEncoder().encode(text).byteLength,
  compare: (a: Uint8Array, b: Uint8Array) => (Bytes.of_(a).equals(b) ? 0 : 1),
};
