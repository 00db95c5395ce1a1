import { describe, expect, it } from 'vitest';
import { CrawlHeaders } from '../../../src/cli/crawl/credentials.ts';

const GIVEN = { Accept: '*/*', Authorization: 'Bearer secret', Cookie: 'a=b', 'X-Api-Key': 'k' };

describe('the headers of a crawl', () => {
  const headers = new CrawlHeaders(['https://a.example/start'], GIVEN);

  it('go to everybody but for those that are secret', () => {
    expect({ ...headers.common }).toEqual({ Accept: '*/*' });
  });

  it.each([
    ['https://a.example/other', true],
    ['https://a.example:443/', true],
    ['http://a.example/start', false],
    ['https://a.example:8443/', false],
    ['https://b.a.example/', false],
    ['https://b.example/', false],
  ])('that are secret go to %s: %s', (url, isSent) => {
    const { Accept: _, ...secret } = GIVEN;
    expect(headers.secretFor(url)).toEqual(isSent ? secret : undefined);
  });

  it('have the credentials of the given URL, for its origin alone', () => {
    const own = new CrawlHeaders(['http://us%20er:p%40ss@a.example/', 'http://b.example/'], { Accept: '*/*' });
    const authorization = `Basic ${btoa('us er:p@ss')}`;
    expect(own.secretFor('http://a.example/x')).toEqual({ Authorization: authorization });
    expect(own.secretFor('http://b.example/x')).toBeUndefined();
  });

  it('have those that were given rather than those of the URL', () => {
    const both = new CrawlHeaders(['http://u:p@a.example/'], { authorization: 'Bearer secret' });
    expect(both.secretFor('http://a.example/')).toEqual({ authorization: 'Bearer secret' });
  });
});
