/** The `multipart` option: what a caller writes for each part, turned into parts whose heads are decided. */
import { refuseUnknownNames } from '../runtime/arguments.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { RequestBody } from './body.ts';
import { type BodyInit, bodyFrom } from './body-from.ts';
import { fileBody } from './file-body.ts';
import { isBlob, isNested } from './form-shapes.ts';
import { isToken } from './headers.ts';
import { mediaTypeOf } from './media-types.ts';
import {
  type EncodedPart,
  encodeParts,
  escapeFilename,
  escapeParameter,
  makeBoundary,
  refuseInside,
} from './multipart.ts';
import { own } from './own.ts';
import { DEEPEST, nestedTooDeeply } from './query.ts';
import { hasMethod, isNodeSource, isWebSource } from './source.ts';

/** What a part may hold. Lists and records become parts of their own, named `name[key]`; `null` is empty. */
export type PartContents =
  | BodyInit
  | number
  | bigint
  | boolean
  | null
  | readonly PartContents[]
  | { readonly [key: string]: PartContents | undefined };

/** What any part may say of its head lines. */
interface PartHead {
  /** The name of the form's field. */
  readonly name: string;
  /** Sent as it is given. Default: the name of a `File`, a stream's or a path's last segment. */
  readonly filename?: string | undefined;
  /** `Content-Type` of the part. Default: by the contents or the file's extension, for a part with a filename. */
  readonly type?: string | undefined;
  /** More header lines; `Content-Disposition` and `Content-Type` replace the ones made here. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A part whose contents are given as a value or as a stream. */
export interface ContentsPart extends PartHead {
  readonly contents: PartContents;
  readonly path?: undefined;
}

/** A file on disk, streamed with constant memory and an exact length. */
export interface FilePart extends PartHead {
  readonly path: string;
  /** The first byte to send, from 0. Default 0. */
  readonly offset?: number | undefined;
  /** Bytes to send. Default: up to the end of the file. */
  readonly length?: number | undefined;
  readonly contents?: undefined;
}

/** A part of the option `multipart`: contents, or a file by its path. */
export type MultipartPart = ContentsPart | FilePart;

const PART: readonly (keyof ContentsPart | keyof FilePart)[] = [
  'name',
  'contents',
  'filename',
  'type',
  'headers',
  'path',
  'offset',
  'length',
];

/**
 * `multipart/form-data` (RFC 7578) of the parts, in their order.
 * @param boundary default: a random one
 * @throws TypeError naming an invalid part; RequestError (`ERR_BODY_FILE`) for a file that cannot be sent
 */
export function multipartBody(parts: readonly MultipartPart[], boundary?: string): RequestBody {
  const encoded: EncodedPart[] = [];
  for (const [i, given] of parts.entries()) {
    // Without a prototype: a missing member must not be read from a polluted Object.prototype.
    const part = typeof given === 'object' && given !== null ? Object.assign(Object.create(null), given) : given;
    checkPart(part, i);
    if (part.path !== undefined) encoded.push(encodeFile(part));
    else collect(encoded, part, part.name, part.contents);
  }
  refuseTwice(encoded);
  if (boundary !== undefined) refuseInside(encoded, boundary);
  return encodeParts(encoded, boundary ?? makeBoundary());
}

/** @throws TypeError for a source that stands in two parts: the second would be empty */
function refuseTwice(parts: readonly EncodedPart[]): void {
  const met = new Set<unknown>();
  for (const part of parts) {
    const source = own(part, 'source');
    if (source === undefined) continue;
    if (met.has(source)) {
      throw new TypeError('one stream or iterator is the contents of two parts of multipart; it can be read once');
    }
    met.add(source);
  }
}

/** @throws TypeError naming the part by its place and name, what was expected and what was found */
function checkPart(part: MultipartPart, index: number): void {
  const at = `multipart part ${index}`;
  if (typeof part !== 'object' || part === null) {
    throw new TypeError(`${at} must be { name, contents } or { name, path }, got ${kindOf(part)}`);
  }
  refuseUnknownNames(at, part, PART);
  if (typeof part.name !== 'string') throw new TypeError(`${at} needs a name (a string), got ${kindOf(part.name)}`);
  const known = `${at} ("${part.name}")`;
  if (part.path === undefined && part.contents === undefined) throw new TypeError(`${known} needs contents or a path`);
  if (part.path !== undefined && part.contents !== undefined) {
    throw new TypeError(`${known} has both contents and a path; a part has one of them`);
  }
  for (const key of ['path', 'filename', 'type'] as const) {
    const value = part[key];
    if (value === undefined || typeof value === 'string') continue;
    throw new TypeError(`${key} of ${known} must be a string, got ${kindOf(value)}`);
  }
}

/** A file's media type goes by its extension, as with a browser's file field. */
function encodeFile(part: FilePart): EncodedPart {
  const filename = part.filename ?? lastSegment(part.path);
  const type = part.type ?? mediaTypeOf(part.path);
  return { head: headOf(part, part.name, filename, type), body: fileBody(part.path, part.offset, part.length) };
}

/** Lists and records become a part for each of their values; everything else is one. */
function collect(
  encoded: EncodedPart[],
  part: ContentsPart,
  name: string,
  contents: PartContents | undefined,
  depth = 0,
): void {
  if (depth > DEEPEST) throw nestedTooDeeply(name);
  if (contents === undefined) return;
  if (!isNested(contents)) {
    encoded.push(encodeContents(part, name, contents));
    return;
  }
  if (part.filename !== undefined || part.headers !== undefined || part.type !== undefined) {
    throw new TypeError(
      `multipart part "${part.name}" has a list or record as contents, which become parts of their own; give filename, type and headers with a single value`,
    );
  }
  for (const [key, value] of Object.entries(contents)) {
    collect(encoded, part, `${name}[${key}]`, value, depth + 1);
  }
}

/** Contents that become parts of their own. */
type Nested = readonly PartContents[] | { readonly [key: string]: PartContents | undefined };

/**
 * One part of a value. Its type: the caller's, else that of a `Blob` or a form body, else by the extension of its
 * filename.
 */
function encodeContents(part: ContentsPart, name: string, contents: Exclude<PartContents, Nested>): EncodedPart {
  const body = scalarBody(contents) ?? bodyFrom(contents as BodyInit)!;
  const filename = part.filename ?? filenameOf(contents);
  const fallback = filename === undefined ? undefined : mediaTypeOf(filename);
  const type = part.type ?? body.contentType ?? fallback;
  const head = headOf(part, name, filename, type);
  // An iterable without a `next` of its own can be iterated again for each sending.
  const isOnce = !body.replayable && (isNodeSource(contents) || isWebSource(contents) || hasMethod(contents, 'next'));
  return isOnce ? { head, body, source: contents } : { head, body };
}

/** Numbers and booleans as text, `null` as an empty field; `undefined` for anything else. */
function scalarBody(contents: unknown): RequestBody | undefined {
  if (contents === null) return RequestBody.fromText('');
  const isScalar = typeof contents === 'number' || typeof contents === 'bigint' || typeof contents === 'boolean';
  return isScalar ? RequestBody.fromText(String(contents)) : undefined;
}

/** A `File` knows its name, a file stream of Node its path; any other `Blob` is "blob", as fetch has it. */
function filenameOf(contents: unknown): string | undefined {
  if (typeof contents !== 'object' || contents === null) return undefined;
  if (isBlob(contents)) {
    const { name } = contents as { name?: unknown };
    return typeof name === 'string' ? name : 'blob';
  }
  const { path } = contents as { path?: unknown };
  return 'pipe' in contents && typeof path === 'string' ? lastSegment(path) : undefined;
}

/** The head lines in the order Content-Disposition, Content-Type, the rest; the caller's own replace ours. */
function headOf(part: MultipartPart, name: string, filename: string | undefined, type: string | undefined): string[] {
  const own = ownHeaders(part);
  const head: string[] = [];
  const file = filename === undefined ? '' : `; filename="${escapeFilename(filename)}"`;
  head.push(own.get('content-disposition') ?? `Content-Disposition: form-data; name="${escapeParameter(name)}"${file}`);
  const typeLine = own.get('content-type') ?? (type === undefined ? undefined : line(part.name, 'Content-Type', type));
  if (typeLine !== undefined) head.push(typeLine);
  for (const [key, one] of own) if (key !== 'content-disposition' && key !== 'content-type') head.push(one);
  return head;
}

/** Lower-cased name to its line. */
function ownHeaders(part: MultipartPart): Map<string, string> {
  const lines = new Map<string, string>();
  if (part.headers === undefined) return lines;
  if (typeof part.headers !== 'object' || part.headers === null || Array.isArray(part.headers)) {
    throw new TypeError(`headers of multipart part "${part.name}" must be a record of strings`);
  }
  for (const [name, value] of Object.entries(part.headers)) lines.set(name.toLowerCase(), line(part.name, name, value));
  return lines;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** A header line of a part; its value may be any text, because a part's head is UTF-8 (RFC 7578 section 5.1). */
function line(part: string, name: string, value: unknown): string {
  if (!isToken(name))
    throw new TypeError(`a header name of multipart part "${part}" is no token: ${JSON.stringify(name)}`);
  if (typeof value !== 'string' || CONTROL.test(value)) {
    const found = typeof value === 'string' ? 'one with a control character' : typeof value;
    throw new TypeError(`${name} of multipart part "${part}" must be a string of visible characters, got ${found}`);
  }
  return `${name}: ${value}`;
}

function lastSegment(path: string): string {
  return /[^/\\]*$/.exec(path)![0];
}
