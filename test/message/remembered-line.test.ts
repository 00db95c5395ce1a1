import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../src/message/headers.ts';
import { rememberedLine } from '../../src/message/remembered-line.ts';

describe('a remembered line', () => {
  const headers = new HttpHeaders({ Accept: '*/*' });

  it('stands behind the others', () => {
    const lines = rememberedLine('Content-Type')(headers, 'text/plain');
    expect([...lines]).toEqual([
      ['Accept', '*/*'],
      ['Content-Type', 'text/plain'],
    ]);
  });

  it('gives the same headers for the same headers and value', () => {
    const withType = rememberedLine('Content-Type');
    expect(withType(headers, 'text/plain')).toBe(withType(headers, 'text/plain'));
  });

  it('has the value of this time after another', () => {
    const withType = rememberedLine('Content-Type');
    withType(headers, 'text/plain');
    expect(withType(headers, 'text/html').get('content-type')).toBe('text/html');
  });

  it('stands behind the headers of this time after others', () => {
    const withType = rememberedLine('Content-Type');
    withType(headers, 'text/plain');
    expect([...withType(HttpHeaders.empty, 'text/plain')]).toEqual([['Content-Type', 'text/plain']]);
  });

  it('does not remember a value that no line can have', () => {
    const withType = rememberedLine('Content-Type');
    expect(() => withType(headers, 'text/\n')).toThrow(TypeError);
    expect(() => withType(headers, 'text/\n')).toThrow(TypeError);
  });
});
