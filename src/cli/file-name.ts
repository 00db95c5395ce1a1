/** What a download is called, as pure functions: a name from a server is a name and nothing more. */
import { printable } from './text/text-table.ts';

/** `; name=value` behind the type, the value as a token or quoted (RFC 6266 section 4.1). */
const PARAMETER = /;\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g;
/** `charset'language'percent-encoded` (RFC 8187 section 3.2). */
const EXTENDED = /^(utf-8|iso-8859-1)'[\w-]*'((?:[\w!#$&+.^`|~-]|%[\da-f]{2})+)$/i;
/** Bytes of a name that every file system takes, with room for what stands behind a name meanwhile. */
const LONGEST = 180;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** The safe name that `Content-Disposition` gives; `undefined` without one. */
export function nameOfDisposition(value: string | null): string | undefined {
  const names = new Map<string, string>();
  for (const [, key = '', quotedText, token = ''] of `;${(value ?? '').replace(/^[^;]*;?/, '')}`.matchAll(PARAMETER)) {
    const name = key.toLowerCase();
    // A parameter given twice counts once: whoever adds another at the end changes nothing.
    if (!names.has(name)) names.set(name, quotedText?.replace(/\\(["\\])/g, '$1') ?? token);
  }
  // RFC 6266 section 4.3: the extended one is preferred.
  const extended = extendedText(names.get('filename*'));
  const plain = names.get('filename');
  return (extended && safeName(extended)) ?? (plain === undefined ? undefined : safeName(asUtf8(plain)));
}

/** The safe last segment of a URL's path; `undefined` when there is none. */
export function nameOfUrl(url: string): string | undefined {
  const segment = new URL(url).pathname.split('/').at(-1) ?? '';
  return safeName(decoded(segment));
}

/**
 * The last segment of what may be a path, as a name that is no hidden file, no option, no device, and no longer than file
 * systems allow; `undefined` when nothing is left.
 */
export function safeName(text: string): string | undefined {
  const last = text.split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .replace(/^-/, '_');
  if (plain === '') return undefined;
  return shortened(RESERVED.test(plain) ? `_${plain}` : plain);
}

/** Keeps the extension. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name;
  const extension = /\.[\w-]{1,16}$/.exec(name)?.[0] ?? '';
  let stem = [...name.slice(0, name.length - extension.length)];
  // Whole characters, and at least four bytes for each that is too many.
  while (Buffer.byteLength(stem.join('')) + extension.length > LONGEST) {
    const surplus = Buffer.byteLength(stem.join('')) + extension.length - LONGEST;
    stem = stem.slice(0, -Math.max(1, Math.floor(surplus / 4)));
  }
  return stem.join('') + extension;
}

function extendedText(value: string | undefined): string | undefined {
  const [, charset = '', text] = EXTENDED.exec(value ?? '') ?? [];
  if (text === undefined) return undefined;
  const bytes = Buffer.from(
    text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return new TextDecoder(charset).decode(bytes);
}

/** Header values are read byte by byte; many servers mean UTF-8. */
function asUtf8(text: string): string {
  if (/[^\0-\xff]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return printable(segment);
  }
}
