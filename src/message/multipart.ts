/**
 * Writes `multipart/form-data` (RFC 7578): of parts, one body. Its length is known when that of each part is, so that it
 * need not be sent in chunks, which some servers refuse.
 */
import { RequestBody } from './body.ts';
import { concatBytes } from './bytes.ts';
import { typeOfBlob } from './form-shapes.ts';
import type { BodySource } from './source.ts';

/** A part whose head is decided. */
export interface EncodedPart {
  /** Header lines without their ends. */
  readonly head: readonly string[];
  readonly body: RequestBody;
  /** What the body is read from, where that can be read once. */
  readonly source?: unknown;
}

const CRLF = '\r\n';
const encoder = new TextEncoder();

/** A boundary that no content is likely to have: 40 random hexadecimal digits. */
export function makeBoundary(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Whether it can be a boundary: up to 70 of the allowed characters, the last of which is no space (RFC 2046 section 5.1.1).
 */
export function isBoundary(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/.test(value);
}

/** @throws TypeError when a part in memory holds what divides it from the next */
export function refuseInside(parts: readonly EncodedPart[], boundary: string): void {
  for (const { body } of parts) {
    if (body.bytes !== undefined && new TextDecoder('latin1').decode(body.bytes).includes(`--${boundary}`)) {
      throw new TypeError(
        'option multipartBoundary stands in one of the parts; choose another, or leave the choice to us',
      );
    }
  }
}

/** A field's name as it may stand between quotes: line ends become CRLF, and what could end the line is escaped. */
export function escapeParameter(value: string): string {
  // RFC 7578 section 2 leaves the escape open; WHATWG HTML "multipart/form-data encoding algorithm" settles it.
  return escapeFilename(value.replace(/\r\n|\r|\n/g, CRLF));
}

/** A filename as it may stand between quotes: its line ends are escaped as they are. */
export function escapeFilename(value: string): string {
  return value.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

/** Parts in memory up to this many bytes together are joined: a body in memory is the fast way through a transport. */
const JOIN_BYTES = 1_048_576;

/** One body of all parts: replayable when every part is, its length known when every part's is. */
export function encodeParts(parts: readonly EncodedPart[], boundary: string): RequestBody {
  // In quotes where it has characters that a parameter cannot have without (RFC 2046 section 5.1.1).
  const written = /^[0-9A-Za-z'+_\-.]+$/.test(boundary) ? boundary : `"${boundary}"`;
  const type = `multipart/form-data; boundary=${written}`;
  const heads = parts.map((part) => encoder.encode(`--${boundary}${CRLF}${part.head.join(CRLF)}${CRLF}${CRLF}`));
  const end = encoder.encode(`--${boundary}--${CRLF}`);
  const between = encoder.encode(CRLF);
  let length: number | undefined = end.byteLength;
  for (const [i, part] of parts.entries()) {
    length =
      part.body.length === undefined || length === undefined
        ? undefined
        : length + heads[i]!.byteLength + part.body.length + 2;
  }
  if (length !== undefined && length <= JOIN_BYTES && parts.every((part) => part.body.bytes !== undefined)) {
    const pieces = parts.flatMap((part, i) => [heads[i]!, part.body.bytes!, between]);
    return RequestBody.fromBytes(concatBytes([...pieces, end], length), type);
  }
  // A fresh run of the parts for each sending.
  const open = () => joined(parts, { heads, between, end });
  const blobs = parts.map(({ body }) => body.bytes ?? body.blob);
  if (length !== undefined && blobs.every((one) => one !== undefined)) {
    const whole = () => new Blob([...parts.flatMap((_, i) => [heads[i]!, blobs[i]!, between]), end] as BlobPart[]);
    return RequestBody.fromBlob(whole, open, length, type);
  }
  if (parts.every((part) => part.body.replayable)) return RequestBody.fromFactory(open, length, type);
  return RequestBody.once(open(), length, type);
}

/**
 * What stands between the contents, encoded once: a head before each part, `between` behind it, `end` behind the last.
 */
interface Delimiters {
  readonly heads: readonly Uint8Array[];
  readonly between: Uint8Array;
  readonly end: Uint8Array;
}

/** The parts one after the other. Left early, or failed by one of them, it lets go of each, read or not. */
function joined(parts: readonly EncodedPart[], { heads, between, end }: Delimiters): BodySource {
  let current: AsyncIterator<Uint8Array> | undefined;
  async function* chunksOf(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (const [i, part] of parts.entries()) {
        yield heads[i]!;
        const reader = part.body.open();
        current = reader;
        yield* reader;
        yield between;
      }
      yield end;
    } finally {
      letGo();
    }
  }
  const letGo = (): void => {
    for (const { body } of parts) body.release();
  };
  const chunks = chunksOf();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => chunks.next(),
    return(): Promise<IteratorResult<Uint8Array, void>> {
      // Not by the generator, which would first wait for the chunk that is being read.
      current?.return?.();
      letGo();
      return chunks.return();
    },
  } as AsyncIterableIterator<Uint8Array>;
}

/** A body of what a blob has. One of a library's own class is read, for only the platform's is known to its fetch. */
export function blobBody(blob: Blob, contentType?: string): RequestBody {
  const open = () => blob.stream();
  if (!(blob instanceof Blob)) return RequestBody.fromFactory(open, (blob as Blob).size, contentType);
  // Without its type: whether one is sent is for the request's headers to say.
  return RequestBody.fromBlob(() => blob.slice(0, blob.size, ''), open, blob.size, contentType);
}

/** What fetch would send for the same `FormData`. */
export function formDataBody(form: FormData): RequestBody {
  const parts: EncodedPart[] = [];
  for (const [name, value] of form) {
    const disposition = `Content-Disposition: form-data; name="${escapeParameter(name)}"`;
    if (typeof value === 'string') {
      // WHATWG HTML: line ends inside a form's text are CRLF.
      parts.push({ head: [disposition], body: RequestBody.fromText(value.replace(/\r\n|\r|\n/g, CRLF)) });
    } else {
      const head = [
        `${disposition}; filename="${escapeFilename(value.name)}"`,
        `Content-Type: ${typeOfBlob(value) || 'application/octet-stream'}`,
      ];
      parts.push({ head, body: blobBody(value) });
    }
  }
  return encodeParts(parts, makeBoundary());
}
