import { describe, expect, it } from 'vitest';
import { productToken, robotsRules } from '../../src/crawl/robots.ts';

const rulesOf = (text: string, status?: number | null) =>
  robotsRules({ status: status === null ? undefined : (status ?? 200), text }, 'sluice');

describe('a robots.txt', () => {
  it.each<[name: string, text: string, path: string, allowed: boolean]>([
    ['nothing in it', '', '/x', true],
    ['all forbidden', 'User-agent: *\nDisallow: /', '/x', false],
    ['an empty rule', 'User-agent: *\nDisallow:', '/x', true],
    ['a group of ours', 'User-agent: *\nDisallow: /\n\nUser-agent: Sluice\nDisallow: /no', '/x', true],
    ['a group of ours that forbids', 'User-agent: *\nAllow: /\n\nUser-agent: sluice\nDisallow: /no', '/no/x', false],
    ['a group of others', 'User-agent: other\nDisallow: /', '/x', true],
    ['the longest rule', 'User-agent: *\nDisallow: /a\nAllow: /a/b', '/a/b/c', true],
    ['allow first in a tie', 'User-agent: *\nDisallow: /a\nAllow: /a', '/a', true],
    ['a wildcard', 'User-agent: *\nDisallow: /*.gif$', '/x/y.gif', false],
    ['an end mark', 'User-agent: *\nDisallow: /*.gif$', '/x/y.gif?z', true],
    ['itself forbidden', 'User-agent: *\nDisallow: /', '/robots.txt', true],
    ['something else', '<html>not found</html>', '/x', true],
  ])('with %s decides', (_name, text, path, allowed) => {
    expect(rulesOf(text).isAllowed(`http://a.example${path}`)).toBe(allowed);
  });

  it.each([
    [300, true],
    [302, true],
    [400, true],
    [401, true],
    [404, true],
    [429, true],
    [500, false],
    [503, false],
    [null, false],
  ])('that answers %s allows: %s', (status, allowed) => {
    const rules = rulesOf('User-agent: *\nDisallow: /', status);
    expect([rules.isAllowed('http://a.example/x'), rules.unreachable === undefined]).toEqual([allowed, allowed]);
  });

  it.each([
    ['Crawl-delay: 2', 2000],
    ['Crawl-delay: 0.5', 500],
    ['Crawl-delay: -1', 0],
    ['Crawl-delay: soon', 0],
    ['Crawl-delay: 86400', 300_000],
    ['Disallow:', 0],
  ])('with %s asks for a delay of %d ms', (line, delay) => {
    expect(rulesOf(`User-agent: *\n${line}`).crawlDelay).toBe(delay);
  });
});

describe('the product token', () => {
  it.each([
    ['sluice/0.1.0', 'sluice'],
    ['My-Bot_x/2 (+http://a)', 'My-Bot_x'],
    ['Mozilla/5.0 (compatible; MyBot/1.0)', 'MyBot'],
    ['Mozilla/5.0 (compatible; ExampleBot/0.1; https://www.example.com/bot.html)', 'ExampleBot'],
    ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla'],
    ['', 'sluice'],
    [null, 'sluice'],
  ])('of %j is %s', (agent, token) => {
    expect(productToken(agent)).toBe(token);
  });
});
