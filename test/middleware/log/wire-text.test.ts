import { describe, expect, it } from 'vitest';
import { HttpRequest } from '../../../src/message/request.ts';
import { hostOf, requestHead } from '../../../src/middleware/log/wire-text.ts';

describe('the head of a request, as it is shown', () => {
  it('has Host first, made from the URL', () => {
    const request = new HttpRequest('GET', 'http://h.test:8080/a?token=s3cret', { 'X-A': 'b' });
    expect(requestHead(request, [])).toEqual(['GET /a?token=*** HTTP/1.1', 'Host: h.test:8080', 'X-A: b']);
  });

  it('has the Host that the caller set, once and in its place', () => {
    const request = new HttpRequest('GET', 'http://h.test/', { 'X-A': 'b', Host: 'other.test' });
    expect(requestHead(request, [])).toEqual(['GET / HTTP/1.1', 'X-A: b', 'Host: other.test']);
    expect(hostOf(request)).toBe('other.test');
  });

  it('can be made of a request whose URL is relative still', () => {
    expect(requestHead(new HttpRequest('GET', 'users/1?token=s3cret'), [])).toEqual([
      'GET users/1?token=*** HTTP/1.1',
      'Host: ',
    ]);
  });
});
