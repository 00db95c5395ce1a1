/** Half a megabyte of robots.txt, which is as much as a crawl reads of one, may not hold a crawl up. */
import { describe, expect, it } from 'vitest';
import { readRobots } from '../../src/crawl/robots-file.ts';

const url = (path: string) => `http://a.example${path}`;

describe('a robots.txt that was made to cost time', () => {
  const lines = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i));
  const long = `/${'a'.repeat(2000)}`;

  it.each<[name: string, text: () => string, path: string]>([
    [
      'by 30 000 agents and 5000 rules',
      () =>
        [
          ...lines(30_000, (i) => `User-agent: bot${i}`),
          'User-agent: *',
          ...lines(5000, (i) => `Disallow: /${i}/*x`),
        ].join('\n'),
      '/4999/y',
    ],
    ['by a line of 500 000 stars', () => `User-agent: *\nDisallow: /${'*'.repeat(500_000)}x`, '/y'],
    ['by stars between letters', () => `User-agent: *\nDisallow: /${'*a'.repeat(250_000)}b`, long],
    ['by 500 000 blanks', () => `User-agent: *\nDisallow${' '.repeat(500_000)}x`, '/y'],
    ['by 500 000 line ends', () => `User-agent: *\n${'\r'.repeat(500_000)}`, '/y'],
    ['by 500 000 colons', () => `User-agent: *\n${':'.repeat(500_000)}`, '/y'],
    ['by 250 000 percent signs', () => `User-agent: *\nDisallow: /${'%2'.repeat(250_000)}`, '/y'],
    ['by one long rule', () => `User-agent: *\nDisallow: ${'/a'.repeat(250_000)}`, long],
  ])(
    '%s is read and asked ten times at once',
    (_name, text, path) => {
      const { isAllowed } = readRobots(text(), 'sluice');
      for (let i = 0; i < 10; i++) expect(isAllowed(url(path))).toBe(true);
    },
    5000,
  );

  it('forbids what it does not decide within its bounds', () => {
    const rules = lines(40_000, (i) => `Disallow: /*a${i % 10}${i}`);
    const { isAllowed } = readRobots(['User-agent: *', ...rules].join('\n'), 'sluice');
    expect([isAllowed(url('/b')), isAllowed(url(long))]).toEqual([true, false]);
  }, 5000);
});
