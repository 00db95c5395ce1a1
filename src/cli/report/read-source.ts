/** Which of the two formats a file has, by what is in it, and its rows. */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { crawlSource } from './crawl-source.ts';
import { harSource } from './har-source.ts';
import { faultOf } from './json-fault.ts';
import { type Fields, fieldOf } from './json-fields.ts';
import type { ReportSource } from './report-data.ts';

/** Bytes by which a file is known. */
const HEAD = 65_536;

/** @throws TypeError that names the file, the line and what was expected; Error when it cannot be read */
export async function readSource(path: string): Promise<ReportSource> {
  const name = basename(path);
  const head = await headOf(path);
  if (head.trim() === '') throw new TypeError(`${name} is empty: expected a HAR, or the lines of "sluice crawl --out"`);
  return isArchive(head, name) ? harSource(await logOf(path, name), name) : crawlSource({ path, name });
}

async function headOf(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code ?? cause);
    throw new TypeError(`${path} cannot be read: ${why}; expected FILE.har or FILE.jsonl`, { cause });
  } finally {
    await file?.close();
  }
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
    const until = text.slice(0, faultOf(text)).trimEnd();
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
