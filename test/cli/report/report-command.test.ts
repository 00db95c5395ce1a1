import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { startServer } from '../../../src/testing/server.ts';
import { built } from '../../support/built.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { sluice } from '../sluice-process.ts';
import { crawlLines, harEntryOf, harText, linesText } from './sample-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-report-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const terminal = fakeTerminal();
  const code = await main(args, terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

describe('sluice report', () => {
  it('makes a page of a crawl, beside its file, and prints the name', async () => {
    await using server = await startServer();
    const file = join(folder, 'pages.jsonl');
    server.enqueue({ status: 404 }, { headers: { 'Content-Type': 'text/html' }, body: '<a href="/status/410">x</a>' });
    expect((await run('crawl', server.url('/'), '--out', file)).code).toBe(1);
    const made = join(folder, 'pages.jsonl.report.html');
    expect(await run('report', file)).toEqual({ code: 0, out: `${made}\n`, err: '' });
    expect(readFileSync(made, 'utf8')).toContain(`"url":["${server.url('/')}","${server.url('/status/410')}"]`);
  });

  it('makes a page of an archive of ours, with calls put together and without secrets', async () => {
    await using server = await startServer();
    const file = join(folder, 'x.har');
    await run(
      'get',
      server.url('/redirect-to?url=/json&token=tops3cret'),
      '-L',
      '--bearer',
      'tops3cret',
      '--har',
      file,
    );
    expect((await run('report', file, '-o', join(folder, 'out.html'))).code).toBe(0);
    const page = readFileSync(join(folder, 'out.html'), 'utf8');
    expect(page).toContain('"calls":[[0,1]]');
    expect(page).not.toContain('tops3cret');
  });

  it("shows no secret of somebody else's archive, wherever it is repeated", async () => {
    const secret = 'tops3cret-of-them';
    const entry = harEntryOf({
      url: `https://u:${secret}@h.test/a?access_token=${secret}`,
      request: {
        headers: [
          { name: 'Authorization', value: `Bearer ${secret}` },
          { name: 'Cookie', value: `sid=${secret}` },
          { name: 'Referer', value: `https://h.test/?token=${secret}` },
          { name: 'x-echo', value: `it was ${secret}` },
        ],
        postData: { mimeType: 'application/x-www-form-urlencoded', text: `password=${secret}-2` },
      },
      response: {
        statusText: `no ${secret}`,
        redirectURL: `/b?sig=${secret}`,
        headers: [
          { name: 'Set-Cookie', value: `a=${secret}-3; Path=/\nb=${secret}` },
          { name: 'x-tell', value: `${secret}-2 and ${secret}-3` },
        ],
      },
      more: { comment: secret, _error: { code: 'ERR_X', message: `with ${secret}` } },
    });
    const file = join(folder, 'x.har');
    writeFileSync(file, harText([entry, harEntryOf({ url: `nothing?token=${secret}`, request: { method: 'G T' } })]));
    const { code, out, err } = await run('report', file, '-o', '-');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('"method"');
    expect(out).not.toContain(secret);
    expect(out).toContain('a=***; Path=/');
  });

  it('tells on standard error what was left out', async () => {
    const file = join(folder, 'x.har');
    writeFileSync(file, harText([harEntryOf(), {}]));
    expect((await run('report', file)).err).toBe('sluice: entry 1 of x.har has no request.url, and is left out\n');
  });

  it.each<[string, string[], RegExp]>([
    ['no file', [], /sluice report expects a file/],
    ['two files', ['a.har', 'b.har'], /unexpected argument "b\.har": sluice report takes one file/],
    ['a file that is not there', ['no.har'], /no\.har cannot be read: there is no such file/],
    ['an option of another command', ['a.har', '--format', 'json'], /unknown option "--format" of sluice report/],
    ['an empty output', ['a.har', '--output='], /--output expects a file, or -/],
  ])('refuses %s', async (_, args, message) => {
    const { code, err } = await run('report', ...args);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('writes over what it read by no name', async () => {
    const file = join(folder, 'x.har');
    writeFileSync(file, harText([harEntryOf()]));
    expect(await run('report', file, '-o', join(folder, '.', 'x.har'))).toMatchObject({ code: 2 });
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(harText([harEntryOf()]));
  });

  it('makes two pages of an archive and a crawl of one name', async () => {
    const made = [];
    for (const [name, text] of [
      ['ok.har', harText([harEntryOf()])],
      ['ok.jsonl', linesText(crawlLines(2))],
    ] as const) {
      writeFileSync(join(folder, name), text);
      made.push((await run('report', join(folder, name))).out);
    }
    expect(made).toEqual(['ok.har', 'ok.jsonl'].map((name) => `${join(folder, name)}.report.html\n`));
  });

  it.skipIf(process.platform === 'win32').each([
    ['a new page', undefined],
    ['one that was there', 0o644],
  ])('opens no more to others than what it read: %s', async (_, before) => {
    const file = join(folder, 'x.har');
    const made = join(folder, 'x.html');
    writeFileSync(file, harText([harEntryOf()]));
    chmodSync(file, 0o600);
    if (before !== undefined) writeFileSync(made, '', { mode: before });
    expect((await run('report', file, '-o', made)).code).toBe(0);
    expect(statSync(made).mode & 0o777).toBe(0o600);
  });

  it('says that the page cannot be written', async () => {
    const file = join(folder, 'x.har');
    writeFileSync(file, harText([harEntryOf()]));
    const { code, err } = await run('report', file, '-o', join(folder, 'no', 'x.html'));
    expect([code, err]).toEqual([1, expect.stringContaining('cannot write to')]);
  });
});

describe.skipIf(process.platform === 'win32')('sluice report in a shell', () => {
  /** `$1` is an archive, and `$2` the page. */
  function shell(line: string) {
    const file = join(folder, 'x.har');
    writeFileSync(file, harText([harEntryOf()]));
    const tool = `"${process.execPath}" "${built('src/cli/index.ts')}"`;
    const given = ['-c', line.replace('sluice', tool), 'sh', file, join(folder, 'x.html')];
    const { status, stdout, stderr } = spawnSync('sh', given, { encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  }
  const page = () => readFileSync(join(folder, 'x.html'), 'utf8');

  it.each([
    'cat "$1" | sluice report /dev/stdin -o "$2"',
    'sluice report /dev/stdin -o "$2" < "$1"',
    'mkfifo "$2.pipe"; cat "$1" > "$2.pipe" & sluice report "$2.pipe" -o "$2"',
  ])('reads what has no beginning to go back to: %s', (line) => {
    expect(shell(line)).toEqual({ code: 0, out: `${join(folder, 'x.html')}\n`, err: '' });
    expect(page()).toContain('"url":["https://shop.example/"]');
  });

  it('reads standard input that is a socket', async () => {
    const { ended } = sluice(['report', '/dev/stdin', '-o', '-'], harText([harEntryOf()]));
    expect(await ended).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('"url":["https://shop.example/"]'),
    });
  });

  it('asks for the name of the page of a pipe', () => {
    expect(shell('cat "$1" | sluice report /dev/stdin')).toMatchObject({
      code: 2,
      err: expect.stringContaining('/dev/stdin is a pipe or a device; expected --output FILE'),
    });
  });

  it.skipIf(!existsSync('/dev/full')).each([
    ['sluice report "$1" -o "$2" > /dev/full', /^sluice: cannot write to standard output: the disk is full\n$/],
    ['sluice report "$1" -o - > /dev/full', /^sluice: cannot write to standard output: the disk is full\n$/],
    ['sluice report "$1" -o - >&-', /^sluice: cannot write to standard output: it is closed\n$/],
  ])('says that its output is lost: %s', (line, message) => {
    expect(shell(line)).toMatchObject({ code: 1, err: expect.stringMatching(message) });
  });

  it.each(['sluice report "$1" -o - > /dev/null', 'sluice report "$1" -o "$2" >&-'])('takes no harm of %s', (line) => {
    expect(shell(line)).toMatchObject({ code: 0, err: '' });
  });
});
