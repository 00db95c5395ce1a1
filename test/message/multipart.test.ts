import { describe, expect, it } from 'vitest';
import { RequestBody } from '../../src/message/body.ts';
import {
  encodeParts,
  escapeFilename,
  escapeParameter,
  formDataBody,
  makeBoundary,
} from '../../src/message/multipart.ts';

it('makes a boundary of 40 hexadecimal digits that never comes twice', () => {
  const boundaries = Array.from({ length: 1000 }, makeBoundary);
  for (const boundary of boundaries) expect(boundary).toMatch(/^[0-9a-f]{40}$/);
  expect(new Set(boundaries).size).toBe(1000);
});

it.each([
  ['a', 'a', 'a'],
  ['a"b', 'a%22b', 'a%22b'],
  ['a\r\nb', 'a%0D%0Ab', 'a%0D%0Ab'],
  ['a\nb', 'a%0D%0Ab', 'a%0Ab'],
  ['a\rb', 'a%0D%0Ab', 'a%0Db'],
  ['a\\b%22é', 'a\\b%22é', 'a\\b%22é'],
])('%j is the name %j and the filename %j', (given, name, filename) => {
  expect(escapeParameter(given)).toBe(name);
  expect(escapeFilename(given)).toBe(filename);
});

describe('parts', () => {
  const part = (body: RequestBody) => ({ head: ['A: b', 'C: d'], body });

  it('are joined by the boundary, head and body apart by an empty line', async () => {
    const body = encodeParts([part(RequestBody.fromText('x')), part(RequestBody.fromText(''))], 'B');
    expect(await body.text()).toBe('--B\r\nA: b\r\nC: d\r\n\r\nx\r\n--B\r\nA: b\r\nC: d\r\n\r\n\r\n--B--\r\n');
    expect(body.contentType).toBe('multipart/form-data; boundary=B');
  });

  it('of none are just the end', async () => {
    const body = encodeParts([], 'B');
    expect(await body.text()).toBe('--B--\r\n');
    expect(body.length).toBe(7);
  });

  it.each<[string, RequestBody, number | undefined, boolean, boolean]>([
    ['in memory are in memory', RequestBody.fromText('hä'), 31, true, true],
    ['of a factory with a length are streamed', RequestBody.fromFactory(() => ['hä'], 3), 31, true, false],
    ['without a length have none', RequestBody.fromFactory(() => ['hä']), undefined, true, false],
    ['read once can be sent once', RequestBody.once(['hä'], 3), 31, false, false],
  ])('%s', async (_, given, length, replayable, inMemory) => {
    const body = encodeParts([part(given)], 'B');
    expect(body).toMatchObject({ length, replayable });
    expect(body.bytes !== undefined).toBe(inMemory);
    const bytes = await body.toBytes();
    if (length !== undefined) expect(bytes.byteLength).toBe(length);
    if (replayable) expect(await body.toBytes()).toEqual(bytes);
  });

  it('beyond 1 MiB in memory are streamed, not copied', async () => {
    const large = new Uint8Array(1_048_576);
    const body = encodeParts([part(RequestBody.fromBytes(large))], 'B');
    expect(body.bytes).toBeUndefined();
    const seen: Uint8Array[] = [];
    for await (const chunk of body.open()) seen.push(chunk);
    expect(seen[1]).toBe(large);
  });
});

it('a FormData is written as fetch writes it', async () => {
  const form = new FormData();
  form.append('a"\n', 'line\nend\r\n');
  form.append('f', new File(['x\n'], 'q"\n.txt'));
  form.append('b', new Blob(['y'], { type: 'a/b' }));
  const ours = formDataBody(form);
  const boundary = ours.contentType!.split('=')[1]!;
  const theirs = new Response(form);
  const theirBoundary = theirs.headers.get('content-type')!.split('boundary=')[1]!;
  const expected = (await theirs.text()).replaceAll(theirBoundary, boundary);
  // Some versions of fetch leave out the last line end.
  expect((await ours.text()).trimEnd()).toBe(expected.trimEnd());
});
