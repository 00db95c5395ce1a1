import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/message/errors.ts';
import { root } from '../architecture/imports.ts';

const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
/** Codes of Node that the source asks for by name, or takes the words of another runtime for. */
const FOREIGN = new Set([
  'ERR_ASSERTION',
  'ERR_BUFFER_TOO_LARGE',
  'ERR_PROXY_TUNNEL',
  'ERR_SSL_NO_APPLICATION_PROTOCOL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
/** Made from `phase`. */
const PHASES = ['ERR_TIMEOUT_QUEUE', 'ERR_TIMEOUT_TOTAL'];

/** Every code that stands alone in quotes; those of the runtime stand several in one text. */
function codesOfSource(): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const text = files
    // The command line has words of its own, and a page of its own.
    .filter((name) => name.endsWith('.ts') && !name.startsWith('cli/'))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
    .join('\n');
  const found = [...text.matchAll(/'(ERR_[A-Z_]*[A-Z])'/g)].map(([, code = '']) => code);
  return [...new Set([...found, ...PHASES])].filter((code) => !FOREIGN.has(code)).sort();
}

/** The codes that have a row of their own. */
const rows = [...page.matchAll(/^\| `(ERR_[A-Z_]+)` \|/gm)].map(([, code = '']) => code);

describe('docs/errors.md', () => {
  it('has a row for every code of the source and for no other', () => {
    expect([...rows, 'ERR_TRANSFER'].sort()).toEqual(codesOfSource());
  });

  it('names each class and each guard', () => {
    const names = Object.keys(errors).filter((name) => /^is[A-Z]|Error$/.test(name));
    expect(
      names.filter((name) => !page.includes(`\`${name}\``) && !new RegExp(`─ ${name} |^${name} `, 'm').test(page)),
    ).toEqual([]);
  });
});
