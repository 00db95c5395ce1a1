import { createReadStream, promises } from 'node:fs';
import { appendFile, chmod, mkdtemp, rm, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { RequestBody } from '../../src/message/body.ts';
import { bodyFrom } from '../../src/message/body-from.ts';
import { mediaTypeOf } from '../../src/message/media-types.ts';
import { type MultipartPart, multipartBody } from '../../src/message/multipart-parts.ts';
import { HttpResponse } from '../../src/message/response.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-multipart-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, contents: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, contents);
  return path;
}

/** Heads and bodies of the parts, and that the length is what it says. */
async function written(parts: readonly MultipartPart[]): Promise<string[]> {
  const body = multipartBody(parts);
  const bytes = await body.toBytes();
  if (body.length !== undefined) expect(bytes.byteLength).toBe(body.length);
  const boundary = `--${body.contentType!.split('boundary=')[1]}`;
  const text = Buffer.from(bytes).toString();
  expect(text.endsWith(`${boundary}--\r\n`)).toBe(true);
  return text
    .split(boundary)
    .slice(1, -1)
    .map((part) => part.slice(2, -2));
}

async function parsed(body: RequestBody): Promise<FormData> {
  const bytes = (await body.toBytes()) as Uint8Array<ArrayBuffer>;
  return new Response(bytes, { headers: { 'Content-Type': body.contentType! } }).formData();
}

const disposition = (name: string, rest = '') => `Content-Disposition: form-data; name="${name}"${rest}`;

describe('contents', () => {
  it.each<[string, () => MultipartPart['contents'], string]>([
    ['text', () => 'hä\n', 'hä\n'],
    ['a number', () => 1.5, '1.5'],
    ['zero', () => 0, '0'],
    ['a bigint', () => 12n, '12'],
    ['true', () => true, 'true'],
    ['false', () => false, 'false'],
    ['null', () => null, ''],
    ['no text', () => '', ''],
    ['bytes', () => Buffer.from('ab'), 'ab'],
    ['a Node stream', () => Readable.from(['a', 'b']), 'ab'],
    ['a web stream', () => new Blob(['ab']).stream(), 'ab'],
    [
      'an async iterable',
      () =>
        (async function* () {
          yield 'ab';
        })(),
      'ab',
    ],
    ['a function', () => () => 'ab', 'ab'],
  ])('of %s are the part as it is, without a type', async (_, make, expected) => {
    expect(await written([{ name: 'x', contents: make() } as MultipartPart])).toEqual([
      `${disposition('x')}\r\n\r\n${expected}`,
    ]);
  });

  it.each<[string, () => MultipartPart['contents'], string, string]>([
    ['a File', () => new File(['ab'], 'é.css', { type: 'a/b' }), 'é.css', 'a/b'],
    ['a File without a type', () => new File(['ab'], 'x.css'), 'x.css', 'text/css'],
    ['a Blob', () => new Blob(['ab']), 'blob', 'application/octet-stream'],
    ['a typed Blob', () => new Blob(['ab'], { type: 'a/b' }), 'blob', 'a/b'],
  ])('of %s have its name and type', async (_, make, filename, type) => {
    const [part] = await written([{ name: 'x', contents: make() } as MultipartPart]);
    expect(part).toBe(`${disposition('x', `; filename="${filename}"`)}\r\nContent-Type: ${type}\r\n\r\nab`);
  });

  it('of a file stream have the name of the file', async () => {
    const path = await file('photo.jpeg', 'ab');
    const [part] = await written([{ name: 'x', contents: createReadStream(path) }]);
    expect(part).toBe(`${disposition('x', '; filename="photo.jpeg"')}\r\nContent-Type: image/jpeg\r\n\r\nab`);
  });

  it('that are lists and records become parts named name[key]', async () => {
    const contents = { a: 1, b: ['x', { c: true }], n: null, u: undefined, e: [], o: Object.create(null) };
    expect(await written([{ name: 'top', contents }])).toEqual([
      `${disposition('top[a]')}\r\n\r\n1`,
      `${disposition('top[b][0]')}\r\n\r\nx`,
      `${disposition('top[b][1][c]')}\r\n\r\ntrue`,
      `${disposition('top[n]')}\r\n\r\n`,
    ]);
  });

  it('that are read once make a body that can be sent once', () => {
    expect(multipartBody([{ name: 'a', contents: Readable.from(['x']) }])).toMatchObject({
      replayable: false,
      length: undefined,
    });
    expect(multipartBody([{ name: 'a', contents: 'x' }])).toMatchObject({ replayable: true });
  });
});

describe('the head of a part', () => {
  it('has the filename and type that are given', async () => {
    const parts: MultipartPart[] = [
      { name: 'a', contents: 'x', filename: 'a/b.png' },
      { name: 'a', contents: 'x', type: 'text/x' },
      { name: 'a', contents: new Blob(['x'], { type: 'a/b' }), filename: '0', type: 'c/d' },
    ];
    expect(await written(parts)).toEqual([
      `${disposition('a', '; filename="a/b.png"')}\r\nContent-Type: image/png\r\n\r\nx`,
      `${disposition('a')}\r\nContent-Type: text/x\r\n\r\nx`,
      `${disposition('a', '; filename="0"')}\r\nContent-Type: c/d\r\n\r\nx`,
    ]);
  });

  it('has its own lines, in the place of the made ones where they have the same name', async () => {
    const headers = { 'X-A': 'ü', 'content-type': 'own/type', 'CONTENT-DISPOSITION': 'form-data; name="other"' };
    const [part] = await written([{ name: 'a', contents: 'x', filename: 'f.txt', type: 'not/this', headers }]);
    expect(part).toBe('CONTENT-DISPOSITION: form-data; name="other"\r\ncontent-type: own/type\r\nX-A: ü\r\n\r\nx');
  });

  it('escapes names so that no line can be added', async () => {
    const evil = 'a"\r\nX-Evil: 1\r\n\r\n';
    const body = multipartBody([{ name: evil, filename: evil, contents: 'x' }]);
    const form = await body.text();
    expect(form).not.toMatch(/^X-Evil/m);
    expect(form).toContain('name="a%22%0D%0AX-Evil: 1%0D%0A%0D%0A"; filename="a%22%0D%0AX-Evil: 1%0D%0A%0D%0A"');
  });

  it('is read by the parser of the platform as it was meant', async () => {
    const path = await file('notes.md', '# ü');
    const form = await parsed(
      multipartBody([
        { name: 'ä b', contents: 'value' },
        { name: 'file', path },
        { name: 'list', contents: ['1', '2'] },
      ]),
    );
    expect([...form.keys()]).toEqual(['ä b', 'file', 'list[0]', 'list[1]']);
    expect(form.get('ä b')).toBe('value');
    const sent = form.get('file') as File;
    expect([sent.name, sent.type, await sent.text()]).toEqual(['notes.md', 'text/markdown', '# ü']);
  });
});

describe('what is no part', () => {
  it.each<[string, unknown, string]>([
    ['text', 'x', 'multipart part 0 must be { name, contents } or { name, path }, got string'],
    ['null', null, 'got null'],
    ['no name', { contents: 'x' }, 'multipart part 0 needs a name (a string), got undefined'],
    ['a number as name', { name: 1, contents: 'x' }, 'got number'],
    ['neither contents nor path', { name: 'a' }, 'multipart part 0 ("a") needs contents or a path'],
    ['contents and path', { name: 'a', contents: 'x', path: 'y' }, 'has both contents and a path'],
    ['a path that is no text', { name: 'a', path: 1 }, 'path of multipart part 0 ("a") must be a string, got number'],
    ['a filename that is no text', { name: 'a', contents: 'x', filename: 1 }, 'filename of multipart part 0 ("a")'],
    ['a type with a line end', { name: 'a', contents: 'x', type: 'a/b\r\nX: y' }, 'Content-Type of multipart part "a"'],
    ['headers that are a list', { name: 'a', contents: 'x', headers: ['A: b'] }, 'must be a record of strings'],
    ['a bad header name', { name: 'a', contents: 'x', headers: { 'A b': 'c' } }, 'is no token: "A b"'],
    ['a bad header value', { name: 'a', contents: 'x', headers: { A: 'b\nc' } }, 'got one with a control character'],
    ['a header value that is no text', { name: 'a', contents: 'x', headers: { A: 1 } }, 'got number'],
    [
      'a filename for a list',
      { name: 'a', contents: ['x'], filename: 'f' },
      'give filename, type and headers with a single value',
    ],
    ['a function as list item that gives nothing', { name: 'a', contents: [Symbol('x')] }, 'got symbol'],
    [
      'a negative offset',
      { name: 'a', path: '/x', offset: -1 },
      'offset of the file "/x" must be a whole number of bytes from 0, got -1',
    ],
    ['half a byte', { name: 'a', path: '/x', length: 0.5 }, 'length of the file "/x" must be a whole number'],
  ])('%s is a TypeError', (_, part, message) => {
    expect(() => multipartBody([part as MultipartPart])).toThrow(TypeError);
    expect(() => multipartBody([part as MultipartPart])).toThrow(message);
  });
});

describe('a file', () => {
  it('has its name, its type and an exact length, and can be sent again', async () => {
    const path = await file('data.json', '{"a":1}');
    const parts: MultipartPart[] = [{ name: 'f', path }];
    expect(multipartBody(parts)).toMatchObject({ replayable: true, length: expect.any(Number), bytes: undefined });
    const body = multipartBody(parts);
    expect(await body.text()).toBe(await body.text());
    expect(await written(parts)).toEqual([
      `${disposition('f', '; filename="data.json"')}\r\nContent-Type: application/json\r\n\r\n{"a":1}`,
    ]);
  });

  it.each<[number | undefined, number | undefined, string]>([
    [undefined, undefined, '0123456789'],
    [3, undefined, '3456789'],
    [undefined, 4, '0123'],
    [3, 4, '3456'],
    [10, undefined, ''],
    [10, 0, ''],
    [0, 10, '0123456789'],
  ])('from offset %s and of length %s is %j', async (offset, length, expected) => {
    const path = await file('digits.txt', '0123456789');
    const [part] = await written([{ name: 'f', path, offset, length }]);
    expect(part!.split('\r\n\r\n')[1]).toBe(expected);
  });

  it('of 20 MB is read in pieces of 64 KiB', async () => {
    const path = await file('large.bin', new Uint8Array(20_000_000).fill(7));
    const body = multipartBody([{ name: 'f', path }]);
    let size = 0;
    let most = 0;
    for await (const chunk of body.open()) {
      size += chunk.byteLength;
      most = Math.max(most, chunk.byteLength);
    }
    expect(size).toBe(body.length);
    expect(most).toBe(65_536);
  });

  const error = (message: string) => ({
    name: 'RequestError',
    code: 'ERR_BODY_FILE',
    message: expect.stringContaining(message),
  });
  function thrown(part: MultipartPart): unknown {
    try {
      multipartBody([part]);
    } catch (reason) {
      return reason;
    }
    return undefined;
  }

  it('that is missing, a directory or too short is a RequestError that names it', async () => {
    const missing = join(folder, 'missing');
    expect(thrown({ name: 'f', path: missing })).toMatchObject(
      error(`the file "${missing}" cannot be sent: it does not exist`),
    );
    expect(thrown({ name: 'f', path: folder })).toMatchObject(error('it is a directory'));
    const path = await file('short.txt', '0123');
    expect(thrown({ name: 'f', path, offset: 5 })).toMatchObject(error('offset 5 is beyond its end, it has 4 bytes'));
    expect(thrown({ name: 'f', path, offset: 2, length: 3 })).toMatchObject(
      error('offset 2 and length 3 are beyond its end'),
    );
    expect(thrown({ name: 'f', path: '/dev/null' })).toMatchObject(error('it is not a regular file'));
  });

  it('that is empty is a RequestError, unless its length is said to be 0', async () => {
    const path = await file('empty.txt', '');
    expect(thrown({ name: 'f', path })).toMatchObject(error('it is empty; length: 0 sends it all the same'));
    expect(await written([{ name: 'f', path, length: 0 }])).toEqual([
      `${disposition('f', '; filename="empty.txt"')}\r\nContent-Type: text/plain\r\n\r\n`,
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read is a RequestError (root may read all)', async () => {
    const path = await file('locked.txt', 'x');
    await chmod(path, 0);
    expect(thrown({ name: 'f', path })).toMatchObject(error('it may not be read'));
  });

  it.each<[string, (path: string) => Promise<void>, string]>([
    ['is gone', (path) => unlink(path), 'it does not exist'],
    ['has grown', (path) => appendFile(path, 'more'), 'it changed while it was sent: from 10 to 14 bytes'],
    ['has shrunk', (path) => truncate(path, 4), 'it changed while it was sent: from 10 to 4 bytes'],
    ['was written to', (path) => utimes(path, 1, 1), 'it changed while it was sent: it was written to'],
  ])('that %s when it is sent fails before its first byte', async (_, change, message) => {
    const path = await file('changing.txt', '0123456789');
    const body = multipartBody([{ name: 'f', path }]);
    await change(path);
    const seen: Uint8Array[] = [];
    const sending = (async () => {
      for await (const chunk of body.open()) seen.push(chunk);
    })();
    await expect(sending).rejects.toMatchObject(error(message));
    expect(seen.length).toBe(1);
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ['shrinks', (path) => truncate(path, 70_000)],
    ['is written to', (path) => appendFile(path, 'x')],
  ])('that %s while it is sent fails before its last piece', async (_, change) => {
    const path = await file('moving.bin', new Uint8Array(200_000));
    const body = multipartBody([{ name: 'f', path }]);
    let size = 0;
    const sending = (async () => {
      let pieces = 0;
      for await (const chunk of body.open()) {
        size += chunk.byteLength;
        if (++pieces === 2) await change(path);
      }
    })();
    await expect(sending).rejects.toMatchObject(
      error(`the file "${path}" cannot be sent: it changed while it was sent`),
    );
    expect(size).toBeLessThan(body.length!);
  });

  it('that is left in the middle is closed', async () => {
    const path = await file('left.bin', new Uint8Array(200_000));
    const opened = vi.spyOn(promises, 'open');
    let pieces = 0;
    for await (const _ of multipartBody([{ name: 'f', path }]).open()) if (++pieces === 2) break;
    const handle = await opened.mock.results[0]!.value;
    expect(handle.fd).toBe(-1);
    opened.mockRestore();
  });
});

it.each([
  ['a.txt', 'text/plain'],
  ['A.TXT', 'text/plain'],
  ['x.tar.gz', 'application/gzip'],
  ['photo.JPG', 'image/jpeg'],
  ['page.html', 'text/html'],
  ['dir.d/none', 'application/octet-stream'],
  ['none', 'application/octet-stream'],
  ['a.unknown', 'application/octet-stream'],
  ['a.constructor', 'application/octet-stream'],
  ['', 'application/octet-stream'],
])('the type of %j is %s', (name, type) => {
  expect(mediaTypeOf(name)).toBe(type);
});

it('a call with a file that is missing says what was asked', async () => {
  const client = new Client({ handler: async () => new HttpResponse() });
  const error = await client
    .post('http://h/a', { multipart: [{ name: 'f', path: '/missing' }] })
    .catch((reason) => reason);
  expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_FILE' });
  expect(error.message).toBe('POST http://h/a: the file "/missing" cannot be sent: it does not exist');
});

describe('the type of a file', () => {
  it.each(['text/plain\r\nX-Evil: 1', 'text/plain\nX-Evil: 1', 'text/pl\u00e4in', 'a\tb'])(
    'adds nothing to the head when it is %j',
    async (type) => {
      const file = Object.defineProperty(new File(['x'], 'a.bin'), 'type', { value: type });
      const form = new FormData();
      form.append('f', file);
      Object.defineProperty(form, Symbol.iterator, { value: () => [['f', file]].values() });
      for (const body of [multipartBody([{ name: 'f', contents: file }]), bodyFrom(form)!, bodyFrom(file)!]) {
        let text = '';
        for await (const piece of body.open()) text += new TextDecoder().decode(piece);
        expect(`${text}${body.contentType}`).not.toMatch(/Evil|pl\u00e4in|a\tb/);
      }
    },
  );
});

it.each<[string, () => unknown]>([
  ['a Node stream', () => Readable.from(['abc'])],
  ['a web stream', () => new ReadableStream()],
  ['a generator', () => ['abc'].values()],
])('%s in two parts is refused, for it can be read once', (_, make) => {
  const contents = make() as never;
  const twice = [
    { name: 'a', contents },
    { name: 'b', contents: { c: [contents] } },
  ];
  expect(() => multipartBody(twice)).toThrow(/contents of two parts of multipart; it can be read once/);
  const apart = make() as never;
  expect(multipartBody([{ name: 'a', contents: apart }]).replayable).toBe(false);
});
