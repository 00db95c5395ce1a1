import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { startServer } from '../../../src/testing/server.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { harEntryOf, harText } from './sample-files.ts';

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
    const made = join(folder, 'pages.report.html');
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

  it('says that the page cannot be written', async () => {
    const file = join(folder, 'x.har');
    writeFileSync(file, harText([harEntryOf()]));
    const { code, err } = await run('report', file, '-o', join(folder, 'no', 'x.html'));
    expect([code, err]).toEqual([1, expect.stringContaining('cannot write to')]);
  });
});
