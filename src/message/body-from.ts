/** Makes a request's body from whatever a caller may have: the one list of accepted kinds. */

import { IN_PAGE } from '../runtime/in-page.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { builtin } from '../runtime/platform.ts';
import { RequestBody } from './body.ts';
import { isArrayBuffer, toBytes } from './bytes.ts';
import { isBlob, isFormData, isNodeForm, isSearchParams, nodeFormBody, typeOfBlob } from './form-shapes.ts';
import { blobBody, formDataBody } from './multipart.ts';
import { readable } from './old-stream.ts';
import { type BodySource, hasMethod, isNodeSource, isWebSource, type SourceStream } from './source.ts';

/** What can be read piece by piece. */
type Streamable =
  | ReadableStream<Uint8Array>
  | SourceStream
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
  if (ArrayBuffer.isView(input) || isArrayBuffer(input)) return RequestBody.fromBytes(toBytes(input));
  if (typeof input !== 'object') throw new TypeError(`body must be ${EXPECTED}, got ${kindOf(input)}`);
  if (isSearchParams(input)) {
    return RequestBody.fromText(String(input), 'application/x-www-form-urlencoded;charset=UTF-8');
  }
  if (isFormData(input)) return formDataBody(input);
  if (!IN_PAGE && isNodeForm(input)) return nodeFormBody(input);
  if (isBlob(input)) {
    return blobBody(input, typeOfBlob(input) || undefined);
  }
  return RequestBody.once(sourceOf(input));
}

/**
 * One sending's pieces, also from what a function returned.
 * @throws TypeError for a value of another kind, or one that was read
 */
function sourceOf(value: unknown): BodySource {
  if (typeof value === 'string' || ArrayBuffer.isView(value) || isArrayBuffer(value)) return [toBytes(value)];
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`body must be ${EXPECTED}, got ${kindOf(value)}`);
  if (value instanceof RequestBody) return value.openLast();
  if (isSearchParams(value)) return [String(value)];
  if (isFormData(value) || isNodeForm(value)) {
    throw new TypeError('a function must not return a form, whose type is needed before; give the form itself');
  }
  if (isBlob(value)) return value.stream();
  if (isWebSource(value)) {
    refuseUsed(value.locked || wasRead(value));
    return value as BodySource;
  }
  if (!IN_PAGE && isNodeSource(value)) {
    refuseUsed(value.readableDidRead === true || (value.destroyed === true && !failed(value)));
    return readable(value);
  }
  if (hasMethod(value, Symbol.asyncIterator) || hasMethod(value, Symbol.iterator)) return value as BodySource;
  throw new TypeError(`body must be ${EXPECTED}, got ${kindOf(value)}${hintFor(value)}`);
}

/** What the caller probably wanted, as the end of the error message. */
function hintFor(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return '; to send an object use json or formParams';
  // A form or a blob of a library that can be neither read nor listed.
  return hasMethod(value, 'append') || 'size' in value ? '; to send a form or a file use multipart' : '';
}

/** It failed before it was given: its error is what the call ends with. */
function failed(stream: SourceStream): boolean {
  return (stream as { errored?: unknown }).errored instanceof Error;
}

/** Here and not when it is sent: the stack of the error then leads to the caller. */
function refuseUsed(used: boolean): void {
  if (!used) return;
  throw new TypeError('body is a stream that was already read, locked or destroyed; give a fresh one, or a function');
}

/** Whether a web stream was read before; a page cannot tell. */
function wasRead(stream: ReadableStream): boolean {
  if (IN_PAGE) return false;
  return builtin<{ isDisturbed?(stream: unknown): boolean }>('node:stream')?.isDisturbed?.(stream) ?? false;
}
