/** Whether a name that a page uses is there: an option, an export, or a member of one of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sluice from '../../src/index.ts';
import { optionNames } from '../../src/options/option-rules.ts';
import * as testing from '../../src/testing/index.ts';
import { root } from '../architecture/imports.ts';

/** Where the options have their types: `options.ts` and the files of its parts. */
const optionTypes = readdirSync(join(root, 'src/options'))
  .filter((name) => /^(?:\w+-)?options\.ts$/.test(name))
  .map((name) => readFileSync(join(root, 'src/options', name), 'utf8'))
  .join('\n');

/** Code in a cell of a table. */
export const spans = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** Options and members of their records, exports, members of exported classes, and what the platform has. */
export function exists(name: string): boolean {
  const [head = '', member] = name.split('.');
  const exported: Record<string, unknown> = { ...sluice, ...testing };
  if (optionNames.includes(head)) {
    return member === undefined || new RegExp(`^ {2}(?:readonly )?${member}\\??[:(]`, 'm').test(optionTypes);
  }
  const made = head === 'mockHandler' ? testing.mockHandler() : undefined;
  const value = exported[head] ?? (globalThis as Record<string, unknown>)[head];
  if (value === undefined || member === undefined) return value !== undefined;
  if (made !== undefined) return member in made;
  const { prototype } = value as { prototype?: object };
  return member in (value as object) || (prototype !== undefined && member in prototype) || isField(head, member);
}

/** Fields are on the instances. */
function isField(head: string, member: string): boolean {
  if (head === 'Client') return member in new sluice.Client();
  if (head === 'HttpResponse') return member in new sluice.HttpResponse();
  return head === 'HttpRequest' && member in new sluice.HttpRequest('GET', 'http://h/');
}
