import { describe, expect, it } from 'vitest';
import { Client, HandlerStack, HttpResponse } from '../../src/index.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';

const multipart = [{ name: 'a', contents: '1' }];

async function sent(multipartBoundary: string, parts: { name: string; contents: string }[] = multipart) {
  const mock = mockHandler([new HttpResponse()]);
  await new Client({ handler: HandlerStack.create(mock) }).post('http://h.test/', {
    multipart: parts,
    multipartBoundary,
  });
  return [mock.lastRequest?.headers.get('content-type'), await mock.lastRequest?.text()];
}

describe('multipartBoundary', () => {
  it('divides the parts, the same each time', async () => {
    const body = '--x-1\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x-1--\r\n';
    expect(await sent('x-1')).toEqual(['multipart/form-data; boundary=x-1', body]);
  });

  it('stands in quotes when it is no token', async () => {
    expect((await sent('a b:c'))[0]).toBe('multipart/form-data; boundary="a b:c"');
  });

  it.each(['', ' ', 'ends ', 'a"b', 'a\r\nb', 'ü', 'x'.repeat(71), 7])('refuses %j', async (boundary) => {
    await expect(sent(boundary as string)).rejects.toThrow(/option multipartBoundary must be/);
  });

  it('refuses one that stands in a part', async () => {
    await expect(sent('x', [{ name: 'a', contents: 'b\r\n--x\r\nmore' }])).rejects.toThrow(
      'option multipartBoundary stands in one of the parts',
    );
  });
});
