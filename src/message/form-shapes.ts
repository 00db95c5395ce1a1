/**
 * Blobs and forms of other realms and libraries (fetch-blob, formdata-node, undici, jsdom, npm form-data), told by what
 * they can do: an `instanceof` knows only the runtime's own.
 */
import { RequestBody } from './body.ts';
import { readable } from './old-stream.ts';
import { hasMethod, type SourceStream } from './source.ts';

/** A `Blob` or `File` of any library. */
export function isBlob(value: unknown): value is Blob {
  if (!hasMethod(value, 'stream') || !hasMethod(value, 'arrayBuffer')) return false;
  const { size, type } = value as Partial<Blob>;
  return typeof size === 'number' && typeof type === 'string';
}

/** The type of a blob; `''` for one with characters that a type cannot have (W3C File API), which runtimes let through. */
export function typeOfBlob(blob: { readonly type: string }): string {
  return /^[\x20-\x7e]*$/.test(blob.type) ? blob.type : '';
}

/** A `FormData` of any library that can be listed. */
export function isFormData(value: unknown): value is FormData {
  return isTagged(value, 'FormData') && hasMethod(value, 'getAll') && hasMethod(value, Symbol.iterator);
}

/** A `URLSearchParams` of any realm. */
export function isSearchParams(value: unknown): value is URLSearchParams {
  return isTagged(value, 'URLSearchParams') && hasMethod(value, 'append');
}

/** By the tag that Web IDL gives each interface, which libraries that stand in for it set as well. */
function isTagged(value: unknown, tag: string): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === tag
  );
}

/** Whether the values of a part's contents become parts of their own. */
export function isNested(contents: unknown): contents is readonly unknown[] | { readonly [key: string]: unknown } {
  if (typeof contents !== 'object' || contents === null) return false;
  if (Array.isArray(contents)) return true;
  const prototype = Object.getPrototypeOf(contents);
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain && !(Symbol.iterator in contents) && !(Symbol.asyncIterator in contents) && !('pipe' in contents);
}

/** npm's form-data: a Node stream that knows its boundary. */
export interface NodeForm extends SourceStream {
  getBoundary(): string;
  hasKnownLength?(): boolean;
  getLengthSync?(): number;
}

/** Only npm's form-data has both a pipe and a boundary. */
export function isNodeForm(value: unknown): value is NodeForm {
  return hasMethod(value, 'pipe') && hasMethod(value, 'getBoundary');
}

/** The form as it writes itself; like any stream it can be sent once. */
export function nodeFormBody(form: NodeForm): RequestBody {
  const length = form.hasKnownLength?.() === true ? form.getLengthSync?.() : undefined;
  return RequestBody.once(readable(form), length, `multipart/form-data; boundary=${form.getBoundary()}`);
}
