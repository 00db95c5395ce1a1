/** Makes a request's body from whatever a caller may have: the one list of accepted kinds. */
import { builtin } from '../runtime/platform.ts';
import { type BodySource, RequestBody, toBytes } from './body.ts';
import { typeOfBlob } from './media-types.ts';
import { formDataBody } from './multipart.ts';
import { iterate } from './web-stream.ts';

interface NodeReadable extends AsyncIterable<Uint8Array | string> {
  pipe(target: unknown): unknown;
  readonly readableDidRead?: boolean;
  readonly destroyed?: boolean;
}

type Streamable =
  | ReadableStream<Uint8Array>
  | NodeReadable
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/** What a function given as a body may return. */
export type BodyValue =
  | string
  | Uint8Array
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | URLSearchParams
  | RequestBody
  | Streamable;

/** Everything the `body` option and `new HttpRequest` take. A function is called again for each sending. */
export type BodyInit = BodyValue | URLSearchParams | FormData | RequestBody | (() => BodyValue | Promise<BodyValue>);

const EXPECTED =
  'a string, bytes, Blob, FormData, URLSearchParams, stream, iterable of bytes or strings, or a function that returns one';

/**
 * @throws TypeError for a value of another kind (a plain object: use `json` or `formParams`), or a stream that was
 * already read, locked or destroyed.
 */
export function bodyFrom(input: BodyInit | null | undefined): RequestBody | null {
  if (input === null || input === undefined) return null;
  if (input instanceof RequestBody) return input;
  if (typeof input === 'string') return RequestBody.fromText(input);
  if (typeof input === 'function') {
    return RequestBody.fromFactory(async () => sourceOf(await (input as () => BodyValue | Promise<BodyValue>)()));
  }
  if (ArrayBuffer.isView(input) || input instanceof ArrayBuffer) return RequestBody.fromBytes(toBytes(input));
  if (typeof input !== 'object') throw new TypeError(`body must be ${EXPECTED}, got ${typeof input}`);
  if (input instanceof URLSearchParams) {
    return RequestBody.fromText(String(input), 'application/x-www-form-urlencoded;charset=UTF-8');
  }
  if (typeof FormData !== 'undefined' && input instanceof FormData) return formDataBody(input);
  if (isBlob(input)) {
    return RequestBody.fromFactory(() => iterate(input.stream()), input.size, typeOfBlob(input) || undefined);
  }
  return RequestBody.once(sourceOf(input));
}

function sourceOf(value: unknown): BodySource {
  if (typeof value === 'string' || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return [toBytes(value)];
  if (typeof value !== 'object' || value === null) throw new TypeError(`body must be ${EXPECTED}, got ${typeof value}`);
  if (isBlob(value)) return iterate(value.stream());
  if (value instanceof URLSearchParams) return [String(value)];
  if (value instanceof RequestBody) return value.open();
  if (typeof FormData !== 'undefined' && value instanceof FormData) {
    throw new TypeError('a function must not return FormData, whose type is needed before; give the FormData itself');
  }
  if (value instanceof ReadableStream) {
    refuseUsed(value.locked || wasRead(value));
    return iterate(value);
  }
  if ('pipe' in value && typeof value.pipe === 'function') {
    const stream = value as NodeReadable;
    refuseUsed(stream.readableDidRead === true || stream.destroyed === true);
    return stream;
  }
  if (Symbol.asyncIterator in value || Symbol.iterator in value) return value as BodySource;
  const hint = Object.getPrototypeOf(value) === Object.prototype ? '; to send an object use json or formParams' : '';
  throw new TypeError(`body must be ${EXPECTED}, got ${value.constructor?.name ?? 'object'}${hint}`);
}

function refuseUsed(used: boolean): void {
  if (!used) return;
  throw new TypeError('body is a stream that was already read, locked or destroyed; give a fresh one, or a function');
}

function wasRead(stream: ReadableStream): boolean {
  return builtin<{ isDisturbed?(stream: unknown): boolean }>('node:stream')?.isDisturbed?.(stream) ?? false;
}

function isBlob(value: object): value is Blob {
  return typeof Blob !== 'undefined' && value instanceof Blob;
}
