import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';
import { exists, spans } from './names.ts';

const page = readFileSync(join(root, 'docs/from-guzzle.md'), 'utf8');

interface Row {
  readonly guzzle: readonly string[];
  readonly here: readonly string[];
  readonly isHere: boolean;
  readonly note: string;
}

/** Rows of the tables with a column for the note. */
const rows: readonly Row[] = [...page.matchAll(/^\| (.+?) \| (.+?) \|(.*)\|$/gm)]
  .map(([, guzzle = '', here = '', note = '']) => ({
    guzzle: spans(guzzle),
    here: spans(here),
    isHere: here !== 'no',
    note: note.trim(),
  }))
  .filter(({ note }) => note !== 'note');

/** Guzzle's own lists (RequestOptions of 7 and 8). */
const guzzleOptions =
  'allow_redirects auth body cert cert_type ssl_key_type connect_timeout cookies crypto_method crypto_method_max curl ' +
  'debug decode_content delay expect force_ip_resolve form_params headers http_errors idn_conversion json multipart ' +
  'multiplex on_headers on_stats on_trailers progress protocols proxy query read_timeout retries sink ssl_key stream ' +
  'stream_context synchronous timeout verify version handler base_uri max_host_connections max_total_connections ' +
  'transport_sharing request_factory response_factory stream_factory uri_factory max strict referer on_redirect ' +
  'track_redirects';

describe('docs/from-guzzle.md', () => {
  it('has its tables', () => {
    expect(rows.length).toBeGreaterThan(150);
  });

  it.each(rows.filter((row) => row.isHere))('names what exists for $guzzle', ({ here }) => {
    expect(here.filter((name) => !exists(name))).toEqual([]);
    expect(here).not.toEqual([]);
  });

  it.each(rows.filter((row) => !row.isHere))('says why not for $guzzle', ({ here, note }) => {
    expect([here, note !== '']).toEqual([[], true]);
  });

  it.each(guzzleOptions.split(' '))('has a row for the option %s', (name) => {
    expect(rows.some(({ guzzle }) => guzzle.includes(name))).toBe(true);
  });
});
