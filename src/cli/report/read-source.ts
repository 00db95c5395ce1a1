/** Which of the two formats a file has, by what is in it, and its rows. */
import { readFile } from 'node:fs/promises';
import { crawlSource } from './crawl-source.ts';
import { harSource } from './har-source.ts';
import { faultOf } from './json-fault.ts';
import { type Fields, fieldOf } from './json-fields.ts';
import type { ReportSource } from './report-data.ts';
import { type InputOptions, openInput } from './report-input.ts';

/** @throws TypeError that names the file, the line and what was expected; Error when it cannot be read */
export async function readSource(path: string, options: InputOptions = {}): Promise<ReportSource> {
  await using input = await openInput(path, options);
  const { name, head } = input;
  if (head.trim() === '') throw new TypeError(`${name} is empty: expected a HAR, or the lines of "sluice crawl --out"`);
  // Waited for here: a copy is there until it was read.
  return isArchive(head, name) ? harSource(await logOf(input.path, name), name) : await crawlSource(input);
}

/** A HAR is one JSON value with the member `log`; a crawl has one on each line. */
function isArchive(head: string, name: string): boolean {
  if (/^\s*\{\s*"log"\s*:/.test(head)) return true;
  const [line = ''] = head.trimStart().split('\n', 1);
  try {
    const value: unknown = JSON.parse(line);
    if (fieldOf(value, 'url') !== undefined) return false;
    if (fieldOf(value, 'log') !== undefined) return true;
  } catch {
    // Cut, or longer than what was read, or of several lines.
  }
  return /\.har$/i.test(name) || (/^\s*\{\s*$/.test(line) && !/\.jsonl$/i.test(name));
}

async function logOf(path: string, name: string): Promise<Fields> {
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = faultOf(text);
    // What is cut off ends on its last line with something on it.
    const until = fault === text.length ? text.trimEnd() : text.slice(0, fault);
    throw new TypeError(
      `line ${until.split('\n').length} of ${name}: expected JSON to its end; was it cut off, or edited by hand?`,
    );
  }
  const log = fieldOf(value, 'log');
  if (!Array.isArray(fieldOf(log, 'entries'))) {
    throw new TypeError(`${name} is no HAR: expected the list log.entries (HAR 1.2)`);
  }
  return log as Fields;
}
