/** Rows on RFC 9309: what the public suites of Google's and Scrapy's parsers ask for, where the RFC agrees. */
import { describe, expect, it } from 'vitest';
import { readRobots } from '../../src/crawl/robots-file.ts';

type Row = [name: string, lines: string[], agent: string, allowed: string[], forbidden: string[]];

const url = (path: string) => (path.startsWith('http') ? path : `http://a.example${path}`);

function expectRow(text: string, agent: string, allowed: readonly string[], forbidden: readonly string[]) {
  const { isAllowed } = readRobots(text, agent);
  const paths = [...allowed, ...forbidden];
  const expected = Object.fromEntries(paths.map((path) => [path, allowed.includes(path)]));
  expect(Object.fromEntries(paths.map((path) => [path, isAllowed(url(path))]))).toEqual(expected);
}

/** All is forbidden but what the rule allows. */
const only = (rule: string) => ['user-agent: FooBot', 'disallow: /', `allow: ${rule}`];
const GROUPS = [
  'allow: /foo/bar/',
  '',
  'user-agent: FooBot',
  'disallow: /',
  'allow: /x/',
  'user-agent: BarBot',
  'disallow: /',
  'allow: /y/',
  '',
  '',
  'allow: /w/',
  'user-agent: BazBot',
  '',
  'user-agent: FooBot',
  'allow: /z/',
  'disallow: /',
];
const DRAFT_1996 = [
  'User-agent: unhipbot',
  'Disallow: /',
  'User-agent: webcrawler',
  'User-agent: excite',
  'Disallow:',
  'User-agent: *',
  'Disallow: /org/plans.html',
  'Allow: /org/',
  'Allow: /serv',
  'Allow: /~mak',
  'Disallow: /',
];

describe('the groups of a robots.txt', () => {
  it.each<Row>([
    ['without a line', [], 'FooBot', ['/'], []],
    ['with colons', ['user-agent: FooBot', 'disallow: /'], 'FooBot', [], ['/x/y']],
    ['with unknown names', ['foo: FooBot', 'bar: /'], 'FooBot', ['/x/y'], []],
    ['without colons', ['user-agent FooBot', 'disallow /'], 'FooBot', [], ['/x/y']],
    ['with blanks in front', ['   User-agent: FooBot', '\tDisallow: /x'], 'FooBot', ['/y'], ['/x']],
    ['that name it twice', GROUPS, 'FooBot', ['/x/b', '/z/d'], ['/y/c', '/foo/bar/']],
    ['with rules after empty lines', GROUPS, 'BarBot', ['/y/c', '/w/a'], ['/z/d', '/foo/bar/']],
    ['that share their rules', GROUPS, 'BazBot', ['/z/d'], ['/foo/bar/']],
    ['of another', GROUPS, 'QuxBot', ['/x/b', '/foo/bar/'], []],
    ['in capitals', ['USER-AGENT: FooBot', 'ALLOW: /x/', 'DISALLOW: /'], 'FooBot', ['/x/y'], ['/a/b']],
    ['in both', ['uSeR-aGeNt: FooBot', 'AlLoW: /x/', 'dIsAlLoW: /'], 'fOObOT', ['/x/y'], ['/a/b']],
    ['with a version', ['User-agent: foobot/2.1', 'Disallow: /'], 'FooBot', [], ['/']],
    [
      'with two words, of which the first counts',
      ['User-Agent: *', 'Disallow: /', 'User-Agent: Foo Bar', 'Allow: /x/', 'Disallow: /'],
      'Foo',
      ['/x/y'],
      ['/'],
    ],
    ['of all', ['user-agent: *', 'allow: /', 'user-agent: FooBot', 'disallow: /'], 'BarBot', ['/x/y'], []],
    ['before that of all', ['user-agent: *', 'allow: /', 'user-agent: FooBot', 'disallow: /'], 'FooBot', [], ['/x/y']],
    [
      'of all, not mixed in',
      ['User-agent: *', 'Disallow: /x/', 'User-agent: a', 'Disallow: /y/'],
      'a',
      ['/x'],
      ['/y/'],
    ],
    ['without a rule', ['User-agent: *', 'Disallow: /', 'User-agent: a'], 'a', ['/x'], []],
    ['of a name that begins alike', ['User-agent: foo', 'Disallow: /'], 'foobot', ['/x'], []],
    [
      'with a sitemap in between',
      ['User-agent: BarBot', 'Sitemap: /s', 'User-agent: *', 'Disallow: /'],
      'BarBot',
      [],
      ['/'],
    ],
    [
      'with a sitemap in between, for all',
      ['User-agent: BarBot', 'Sitemap: /s', 'User-agent: *', 'Disallow: /'],
      'a',
      [],
      ['/'],
    ],
    [
      'with an unknown line in between',
      ['User-agent: a', 'What: ever', 'User-agent: *', 'Disallow: /'],
      'a',
      [],
      ['/'],
    ],
    [
      'with a Crawl-delay in between',
      ['User-agent: a', 'Crawl-delay: 1', 'User-agent: b', 'Disallow: /'],
      'a',
      [],
      ['/'],
    ],
    ['with a Host in between', ['User-agent: a', 'Host: x', 'User-agent: b', 'Disallow: /'], 'a', [], ['/']],
    ['behind a sitemap', ['Sitemap: /s', 'User-Agent: a', 'Disallow: /x'], 'a', ['/'], ['/x']],
    [
      'with misspelt names',
      ['User-agent: *', 'Dissallow: /2', 'Dissalow: /3', 'Disalow: /4', 'Diasllow: /5', 'Disallaw: /6'],
      'a',
      ['/1'],
      ['/2', '/3', '/4', '/5', '/6'],
    ],
    ['with empty rules', ['User-agent: a', 'Disallow:', 'Allow:'], 'a', ['/x'], []],
    [
      'with comments',
      ['User-Agent: a # b', '# c', 'User-Agent: b', '# Disallow: /', 'Disallow: /q#x'],
      'a',
      ['/x'],
      ['/q'],
    ],
    ['of the draft of 1996, all', DRAFT_1996, 'unhipbot', [], ['/', '/server.html']],
    ['of the draft of 1996, none', DRAFT_1996, 'excite', ['/', '/org/plans.html'], []],
    [
      'of the draft of 1996, others',
      DRAFT_1996,
      'OtherBot',
      ['/server.html', '/services/fast.html', '/org/about.html', '/%7Emak/mak.html'],
      ['/', '/index.html', '/orgo.gif', '/org/plans.html', '/%7Ejim/jim.html'],
    ],
  ])('%s', (_name, lines, agent, allowed, forbidden) => {
    expectRow(lines.join('\n'), agent, allowed, forbidden);
  });

  it.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ])('in lines that end with %s', (_name, end) => {
    const text = ['User-Agent: foo', 'Allow: /some/path', 'User-Agent: bar', '', '', 'Disallow: /'].join(end);
    expectRow(text, 'foo', ['/some/path', '/x'], []);
    expectRow(`\ufeff${text}${end}`, 'bar', [], ['/some/path', '/x']);
  });
});

describe('the rules of a robots.txt', () => {
  it.each<Row>([
    ['the longest forbids', ['user-agent: a', 'disallow: /x/page.html', 'allow: /x/'], 'a', [], ['/x/page.html']],
    ['the longest allows', ['user-agent: a', 'allow: /x/page.html', 'disallow: /x/'], 'a', ['/x/page.html'], ['/x/']],
    ['allow among equals', ['user-agent: a', 'disallow: /', 'allow: /'], 'a', ['/x'], []],
    ['the one with its slash', ['user-agent: a', 'disallow: /x', 'allow: /x/'], 'a', ['/x/'], ['/x']],
    [
      'the longest, stars counted',
      ['user-agent: a', 'allow: /page', 'disallow: /*.html'],
      'a',
      ['/page'],
      ['/page.html'],
    ],
    [
      'the longest, no matter the star',
      ['user-agent: a', 'allow: /x/page.', 'disallow: /*.html'],
      'a',
      ['/x/page.html'],
      ['/x/y.html'],
    ],
    ['one with a star in front', ['user-agent: a', 'allow: */p', 'disallow: /'], 'a', ['/page'], ['/x']],
    [
      'one with a star in front, forbidding',
      ['user-agent: a', 'allow: /page', 'disallow: */*.htm'],
      'a',
      [],
      ['/page.htm'],
    ],
    ['capitals are others', ['user-agent: a', 'disallow: /X/'], 'a', ['/x/y'], ['/X/y']],
    [
      'a part of a name',
      only('/fish'),
      'FooBot',
      ['/fish', '/fish.html', '/fishheads/y.html', '/fish.html?id=a'],
      ['/bar', '/Fish.asp', '/catfish', '/?id=fish'],
    ],
    [
      'a star at the end',
      only('/fish*'),
      'FooBot',
      ['/fish', '/fishheads', '/fish.html?id=a'],
      ['/Fish.bar', '/catfish', '/?id=fish'],
    ],
    [
      'a slash at the end',
      only('/fish/'),
      'FooBot',
      ['/fish/', '/fish/?salmon'],
      ['/fish', '/fish.html', '/Fish/Salmon.html'],
    ],
    [
      'a star inside',
      only('/*.php'),
      'FooBot',
      ['/f.php', '//d/any.php.file.html', '/f.php/', '/index?f=f.php/'],
      ['/php/', '/index?php', '/windows.PHP'],
    ],
    [
      'a star and an end',
      only('/*.php$'),
      'FooBot',
      ['/f.php', '/d/f.php'],
      ['/f.php?p', '/f.php/', '/f.php5', '/php/', '/f?php'],
    ],
    ['a star behind a name', only('/fish*.php'), 'FooBot', ['/fish.php', '/fishheads/catfish.php?p'], ['/Fish.PHP']],
    ['the root alone', only('/$'), 'FooBot', ['/'], ['/page.html']],
    ['an end', ['user-agent: a', 'disallow: /foo/bar$'], 'a', ['/foo/bar/', '/foo/bar/qux'], ['/foo/bar']],
    [
      'an end that stars might pass',
      ['user-agent: a', 'disallow: /a*b$'],
      'a',
      ['/abc', '/b'],
      ['/ab', '/abb', '/axbxb'],
    ],
    ['an end that overlaps', ['user-agent: a', 'disallow: /ab*b$'], 'a', ['/ab'], ['/abb']],
    ['many stars', ['user-agent: a', 'disallow: ********/****.js'], 'a', ['/js'], ['/x/foo.js']],
    [
      'a star alone',
      ['user-agent: a', 'allow: /foo/bar.html', 'disallow: *'],
      'a',
      ['/foo/bar.html'],
      ['/foo/bar.txt'],
    ],
    ['a letter anywhere', ['user-agent: a', 'disallow: *m'], 'a', ['/foo'], ['/foo.htm', '/moo']],
    [
      'two stars',
      ['user-agent: a', 'disallow: /foo*/*bar.html'],
      'a',
      ['/food/rebarf.html'],
      ['/foo/bar.html', '/food/rebar.html'],
    ],
    ['a query anywhere', ['user-agent: a', 'disallow: /*s='], 'a', ['/', '/s/'], ['/?s=x']],
    ['the query', ['user-agent: a', 'disallow: /?'], 'a', ['/'], ['/?query']],
    ['parameters', ['user-agent: a', 'disallow: /path;p?q'], 'a', ['/path'], ['http://u@a.example:10/path;p?q#f']],
    ['two slashes', ['user-agent: a', 'disallow: //folder/*'], 'a', ['/folder/', '//folder'], ['//folder/page']],
    ['a URL, which is a path', ['user-agent: a', 'disallow: http://b.example/'], 'a', ['/'], ['/http://b.example/']],
    ['no slash in front', ['user-agent: a', 'disallow: tmp/'], 'a', ['/x/tmp/'], ['/tmp/x']],
    ['itself', ['user-agent: a', 'disallow: /'], 'a', ['/robots.txt'], ['/robots.txt.bak']],
  ])('%s', (_name, lines, agent, allowed, forbidden) => {
    expectRow(lines.join('\n'), agent, allowed, forbidden);
  });

  it.each<[rule: string, matching: string[], others: string[]]>([
    ['/foo/bar?baz=quz', ['/foo/bar?baz=quz'], ['/foo/bar?baz=qu']],
    ['/foo/bar?baz=https://foo.bar', ['/foo/bar?baz=https%3A%2F%2Ffoo.bar', '/foo/bar?baz=https://foo.bar'], []],
    ['/foo/bar?q=t&b=http://foo.bar?tar&par', ['/foo/bar?q=t&b=http://foo.bar?tar&par'], []],
    ['/foo/bar/ツ', ['/foo/bar/%E3%83%84', '/foo/bar/%e3%83%84', '/foo/bar/ツ'], []],
    ['/foo/bar/%e3%83%84', ['/foo/bar/%E3%83%84', '/foo/bar/ツ'], []],
    ['/foo/bar/%62%61%7A', ['/foo/bar/baz', '/foo/bar/%62%61%7A', '/foo/bar/%62az'], []],
    ['/private/', ['/%70rivate/', '/private/'], []],
    ['/wiki/Käyttäjä:', ['/wiki/K%C3%A4ytt%C3%A4j%C3%A4:'], []],
    ['/a%3cd.html', ['/a%3Cd.html', '/a%3cd.html', '/a<d.html'], []],
    ['/a<*', ['/a%3cd.html'], []],
    ['/a%2fb.html', ['/a%2fb.html', '/a%2Fb.html'], ['/a/b.html']],
    ['/a/b.html', ['/a/b.html'], ['/a%2fb.html']],
    ['/%7ejoe/', ['/~joe/', '/%7Ejoe/'], []],
    ['/~joe/', ['/%7ejoe/'], []],
    ['/x$/abc', ['/x$/abcdef', '/x%24/abcdef'], ['/x']],
    ['/x*x$/abc', ['/xabcx$/abcdef', '/xabcx%24/abcdef'], []],
    ['/x/abc%24', ['/x/abc$', '/x/abc$abc'], ['/x/abc']],
    ['/x%2Ax/abc', ['/x*x/abc'], ['/xabcx/abc']],
    ['/x*x/abc', ['/x*x/abc', '/xabcx/abc'], []],
    ['/100%', ['/100%25', '/100%'], []],
    ['/a b', ['/a%20b'], []],
  ])('compare %s with URLs in one form', (rule, matching, others) => {
    expectRow(`user-agent: a\ndisallow: ${rule}`, 'a', others, matching);
  });
});

describe('the Crawl-delay of a robots.txt', () => {
  it.each([
    [['User-agent: *', 'Crawl-delay: 10', 'User-agent: a', 'Crawl-delay: 15', 'Disallow: /x'], 'a', 15],
    [['User-agent: *', 'Crawl-delay: 10', 'Disallow: /x', 'User-agent: a', 'Crawl-delay: 15'], 'b', 10],
    [['User-agent: bing', 'Crawl-delay: 30', '', 'User-agent: *', 'Disallow: /x'], 'a', 0],
    [['Crawl-delay: 5', 'User-agent: *', 'Disallow: /x'], 'a', 0],
    [['User-agent: *', 'Crawl-delay: 1', 'Crawl-delay: 3', 'Crawl-delay: 2'], 'a', 3],
    [['User-agent: *', 'Crawl-delay: 0.5 # s'], 'a', 0.5],
    [['User-agent: *', 'Crawl-delay: -1'], 'a', 0],
    [['User-agent: *', 'Crawl-delay: soon'], 'a', 0],
    [['User-agent: *', 'Crawl-delay:'], 'a', 0],
  ])('in %j is for those above it', (lines, agent, seconds) => {
    expect(readRobots(lines.join('\n'), agent).crawlDelay).toBe(seconds);
  });
});
