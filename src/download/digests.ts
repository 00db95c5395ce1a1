/** Checks what is on disk against the hashes that the caller and the server gave. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { HttpHeaders } from '../message/headers.ts';
import type { DigestName } from './download-options.ts';

/** What the bytes from `start` up to `end` must hash to. */
export interface DigestCheck {
  readonly name: DigestName;
  readonly hex: string;
  readonly start: number;
  readonly end: number;
  /** Who says so, for the message: an option or a header. */
  readonly source: string;
}

/** RFC 9530 section 5: the two that are secure; the others are not to be relied on. */
const HASHES: Readonly<Record<string, DigestName>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };
/** A dictionary of byte sequences (RFC 9651 sections 3.2 and 3.3.5). */
const MEMBER = /(?:^|,)[ \t]*(sha-256|sha-512)=:([A-Za-z0-9+/]+={0,2}):/g;
/** Bytes that are read at a time. */
const PIECE = 1_048_576;

/** The hashes of `Content-Digest` or `Repr-Digest` (RFC 9530) that are known here. */
export function digestsOf(headers: HttpHeaders, field: string): { readonly name: DigestName; readonly hex: string }[] {
  const value = headers.get(field) ?? '';
  return [...value.matchAll(MEMBER)].map(([, name = '', base64 = '']) => ({
    name: HASHES[name]!,
    hex: Buffer.from(base64, 'base64').toString('hex'),
  }));
}

/** The first check that fails, with what was found instead; each part of the file is read once. */
export async function firstMismatch(
  file: FileHandle,
  checks: readonly DigestCheck[],
): Promise<(DigestCheck & { readonly found: string }) | undefined> {
  const parts = grouped(checks);
  for (const same of parts.values()) {
    const { start, end } = same[0]!;
    const hashes = new Map(same.map(({ name }) => [name, createHash(name)]));
    const piece = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE, end - start)));
    for (let at = start; at < end; ) {
      const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, end - at), at);
      if (bytesRead === 0) break;
      for (const hash of hashes.values()) hash.update(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    const found = new Map([...hashes].map(([name, hash]) => [name, hash.digest('hex')]));
    const wrong = same.find(({ name, hex }) => found.get(name) !== hex);
    if (wrong !== undefined) return { ...wrong, found: found.get(wrong.name)! };
  }
  return undefined;
}

/** Checks of the same bytes together, so that these are read once for all their hashes. */
function grouped(checks: readonly DigestCheck[]): Map<string, DigestCheck[]> {
  const parts = new Map<string, DigestCheck[]>();
  for (const check of checks) {
    const part = `${check.start}-${check.end}`;
    const same = parts.get(part);
    if (same === undefined) parts.set(part, [check]);
    else same.push(check);
  }
  return parts;
}
