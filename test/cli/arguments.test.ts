import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/cli/arguments.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

const read = (line: string) => readArguments(line === '' ? [] : line.split(' '));
const URL = 'http://a.example/';

describe('the arguments of a request', () => {
  it('are plain without options', () => {
    expect(read(`get ${URL}`)).toEqual({
      kind: 'request',
      method: 'GET',
      url: URL,
      headers: [],
      query: [],
      body: undefined,
      auth: undefined,
      follow: false,
      timeout: 0,
      output: undefined,
      verbose: false,
      include: false,
      cache: undefined,
      insecure: false,
      proxy: undefined,
      http2: false,
      retry: 0,
    });
  });

  it.each(['get', 'head', 'post', 'put', 'patch', 'delete'])('take %s as a method', (name) => {
    expect(read(`${name} ${URL}`)).toMatchObject({ kind: 'request', method: name.toUpperCase() });
  });

  it.each<[string, object]>([
    [
      '-H X-A:b -H X-C:d:e',
      {
        headers: [
          ['X-A', 'b'],
          ['X-C', 'd:e'],
        ],
      },
    ],
    ['--header Empty:', { headers: [['Empty', '']] }],
    [
      '--query a=1 --query a=2 --query b=',
      {
        query: [
          ['a', '1'],
          ['a', '2'],
          ['b', ''],
        ],
      },
    ],
    ['--query a=b=c', { query: [['a', 'b=c']] }],
    [
      '--form a=1 --form b=2',
      {
        body: {
          from: 'form',
          pairs: [
            ['a', '1'],
            ['b', '2'],
          ],
        },
      },
    ],
    ['--json {"a":1}', { body: { from: 'json', value: { a: 1 } } }],
    ['--json null', { body: { from: 'json', value: null } }],
    ['--json -', { body: { from: 'stdin', json: true } }],
    ['-', { body: { from: 'stdin', json: false } }],
    ['--body -', { body: { from: 'stdin', json: false } }],
    ['--body text', { body: { from: 'text', text: 'text' } }],
    ['--auth ada:love:lace', { auth: ['ada', 'love:lace', 'basic'] }],
    ['--auth ada: --digest', { auth: ['ada', '', 'digest'] }],
    ['--bearer t0ken', { auth: { bearer: 't0ken' } }],
    ['--follow', { follow: true }],
    ['-L', { follow: true }],
    ['--timeout 1.5s', { timeout: 1500 }],
    ['--timeout 250', { timeout: 250 }],
    ['-o file', { output: 'file' }],
    ['--output=file', { output: 'file' }],
    ['-v', { verbose: true }],
    ['-k', { insecure: true }],
    ['--proxy http://ada:pw@proxy.example:3128', { proxy: 'http://ada:pw@proxy.example:3128' }],
    ['--http2', { http2: true }],
    ['--retry 3', { retry: 3 }],
    ['-X PURGE', { method: 'PURGE' }],
    ['-i', { include: true }],
    ['--cache /tmp/c', { cache: '/tmp/c' }],
    ['-iLv', { include: true, follow: true, verbose: true }],
    [
      '-F a=b=c -F file=@/tmp/x.bin;type=text/plain;filename=y.txt',
      {
        body: {
          from: 'multipart',
          parts: [
            { name: 'a', contents: 'b=c' },
            { name: 'file', path: '/tmp/x.bin', type: 'text/plain', filename: 'y.txt' },
          ],
        },
      },
    ],
  ])('read %s', (line, expected) => {
    expect(read(`post ${URL} ${line}`)).toMatchObject(expected);
  });
});

describe('a URL without a scheme', () => {
  it.each([
    ['localhost:3000/x', 'http://localhost:3000/x'],
    ['localhost', 'http://localhost'],
    ['127.0.0.1:8080?a=b', 'http://127.0.0.1:8080?a=b'],
    ['[::1]:8080/', 'http://[::1]:8080/'],
    ['api.localhost:1/', 'http://api.localhost:1/'],
    ['a.example/b', 'https://a.example/b'],
    ['a.example:8443', 'https://a.example:8443'],
    ['192.0.2.1/', 'https://192.0.2.1/'],
  ])('%s is %s', (given, url) => {
    expect(read(`get ${given}`)).toMatchObject({ url });
  });
});

describe('the arguments of a download', () => {
  it('are plain without options', () => {
    expect(read(`download ${URL}`)).toEqual({
      kind: 'download',
      url: URL,
      headers: [],
      query: [],
      auth: undefined,
      timeout: 0,
      verbose: false,
      insecure: false,
      proxy: undefined,
      http2: false,
      retry: 3,
      output: undefined,
      remoteName: false,
      resume: true,
      segments: 1,
      checksums: {},
      limitRate: undefined,
      skipExisting: false,
      newerThan: undefined,
    });
  });

  it.each<[string, object]>([
    ['-o f', { output: 'f' }],
    ['-O', { remoteName: true }],
    ['--segments 4 --no-resume', { segments: 4, resume: false }],
    [`--checksum sha1=${'0'.repeat(40)}`, { checksums: { sha1: '0'.repeat(40) } }],
    ['--limit-rate 500kB', { limitRate: 500_000 }],
    ['--skip-existing -z 2026-01-31', { skipExisting: true, newerThan: '2026-01-31' }],
  ])('read %s', (line, expected) => {
    expect(read(`download ${URL} ${line}`)).toMatchObject(expected);
  });
});

describe('the arguments of a crawl', () => {
  it('have defaults that are polite', () => {
    expect(read(`crawl ${URL}`)).toEqual({
      kind: 'crawl',
      urls: [URL],
      hosts: [],
      depth: Number.POSITIVE_INFINITY,
      limit: Number.POSITIVE_INFINITY,
      concurrency: 10,
      perHost: undefined,
      interval: 0,
      timeout: 60_000,
      retry: 0,
      headers: [],
      maxBytes: 10_000_000,
      assets: true,
      robots: true,
      cookies: true,
      out: undefined,
      resume: false,
    });
  });

  it.each<[string, object]>([
    ['http://b.example/', { urls: [URL, 'http://b.example/'] }],
    ['--hosts a:80,b', { hosts: ['a:80', 'b'] }],
    ['--depth 0', { depth: 0 }],
    ['--limit 5', { limit: 5 }],
    ['--concurrency auto', { concurrency: 'auto' }],
    ['--concurrency 3 --per-host 2', { concurrency: 3, perHost: 2 }],
    ['--interval 1s', { interval: 1000 }],
    ['--max-bytes 2MiB', { maxBytes: 2_097_152 }],
    ['--max-bytes 3kB', { maxBytes: 3000 }],
    ['--no-assets --ignore-robots', { assets: false, robots: false }],
    ['--no-cookies', { cookies: false }],
    ['--out f.jsonl --resume', { out: 'f.jsonl', resume: true }],
  ])('read %s', (line, expected) => {
    expect(read(`crawl ${URL} ${line}`)).toMatchObject(expected);
  });
});

describe('the other commands', () => {
  it.each<[string, object]>([
    ['serve', { kind: 'serve', port: 0, host: '127.0.0.1' }],
    ['serve --port 8080 --host ::1', { kind: 'serve', port: 8080, host: '::1' }],
    ['--help', { kind: 'help', topic: undefined }],
    ['-h', { kind: 'help' }],
    ['help crawl', { kind: 'help', topic: 'crawl' }],
    ['crawl --help', { kind: 'help', topic: 'crawl' }],
    ['post --help', { kind: 'help', topic: 'request' }],
    ['version', { kind: 'version' }],
    ['--version', { kind: 'version' }],
  ])('read %s', (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });
});

describe('a wrong command line', () => {
  it.each([
    ['', /expected a command: get, head/],
    ['frob', /unknown command "frob"; expected one of get/],
    ['get', /expected a URL: sluice get URL/],
    ['get nope', /absolute URL such as http:\/\/example\.com\/, got "nope"/],
    ['get ftp://a.example/', /absolute URL/],
    ['get http:///x', /absolute URL/],
    [`get ${URL} more`, /unexpected argument "more"/],
    [`get ${URL} --frob`, /--frob/],
    [`get ${URL} --timeout`, /--timeout/],
    [`get ${URL} --timeout soon`, /--timeout expects a length of time such as 2s.*got "soon"/],
    [`get ${URL} -H nocolon`, /-H expects 'Name: value'/],
    [`get ${URL} --query nope`, /--query expects key=value/],
    [`post ${URL} --form =x`, /--form expects key=value/],
    [`post ${URL} --json {`, /--json expects a JSON text/],
    [`post ${URL} --json {} --form a=b`, /expected one body, got --json and --form/],
    [`post ${URL} - --body x`, /expected one body, got --body and -/],
    [`get ${URL} --auth nocolon`, /--auth expects user:password/],
    [`get ${URL} --auth a:b --bearer c`, /--auth or --bearer, got both/],
    [`get ${URL} --digest`, /--digest expects --auth/],
    ['crawl', /expected at least one URL/],
    [`crawl ${URL} --depth -1`, /--depth/],
    [`crawl ${URL} --depth x`, /--depth expects a whole number from 0, got "x"/],
    [`crawl ${URL} --limit 0`, /--limit expects a whole number from 1/],
    [`crawl ${URL} --concurrency 0`, /--concurrency expects a whole number from 1/],
    [`crawl ${URL} --concurrency many`, /--concurrency expects a whole number from 1 to 10000, or auto/],
    [`crawl ${URL} --hosts a,`, /--hosts expects names/],
    [`crawl ${URL} --hosts http://a`, /--hosts expects names/],
    [`crawl ${URL} --max-bytes much`, /--max-bytes expects a size/],
    [`crawl ${URL} --resume`, /--resume expects --out FILE/],
    [`crawl ${URL} --redis http://a`, /--redis expects a URL such as redis:/],
    [`crawl ${URL} --redis redis://a`, /--redis expects --name NAME/],
    [`crawl ${URL} --name a`, /--name, --worker and --status expect --redis URL/],
    [`crawl --redis redis://a --name b`, /expected at least one URL/],
    [`crawl --redis redis://a --name b --worker --status`, /expected --worker or --status/],
    ['crawl --worker --redis redis://a --name b --limit 3', /--limit is for who starts the crawl/],
    [`crawl ${URL} --accept 600`, /--accept expects statuses such as/],
    [`crawl ${URL} --accept 299..200`, /--accept expects statuses such as/],
    [`crawl ${URL} --include http://a/`, /--include expects a path such as/],
    [
      `crawl ${URL} --format json --format junit`,
      /--format is given twice.*--out pages\.jsonl.*--out pages\.jsonl --resume --format junit/,
    ],
    [`crawl ${URL} --format json --format json`, /--format is given twice/],
    [`crawl ${URL} --format xml`, /--format expects one of text, json, csv, junit/],
    [`crawl ${URL} --cookies --no-cookies`, /expected --cookies or --no-cookies/],
    [`crawl ${URL} --host-header X-Key:secret`, /^(?!.*secret).*--host-header expects 'HOST Name: value'/],
    [`crawl ${URL} --auth secret`, /^(?!.*secret).*--auth expects user:password/],
    [`crawl ${URL} --max-repeats 0`, /--max-repeats expects a whole number from 1/],
    [`get ${URL} --follow=yes`, /^--follow takes no value/],
    [`get ${URL} --bearer -v`, /^--bearer expects a value, got what looks like an option; .*--bearer=VALUE/],
    [`get ${URL} -o`, /^-o expects a value/],
    [`get ${URL} -X G=T`, /-X expects the name of a method/],
    [`get ${URL} --proxy proxy:1`, /--proxy expects a URL/],
    [`get ${URL} -F file=@`, /-F file=@ expects the path/],
    [`post ${URL} -F a=b --form c=d`, /expected one body, got --form and -F/],
    ['download', /expected a URL: sluice download URL/],
    [`download ${URL} file`, /unexpected argument "file" after the URL; a file is named by -o FILE/],
    [`download ${URL} -o f -O`, /-o FILE or -O, got both/],
    [`download ${URL} --segments 0`, /--segments expects a whole number from 1 to 64/],
    [`download ${URL} --checksum crc=1`, /--checksum expects NAME=HEX with one of md5, sha1/],
    [`download ${URL} --checksum sha1=12`, /--checksum sha1 expects 40 hex digits/],
    ['serve extra', /unexpected argument "extra": sluice serve takes options only/],
    ['serve --port 70000', /--port expects a whole number from 0 to 65535/],
  ])('%s is refused with what was expected', (line, message) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(message);
  });

  it.each([`get ${URL} -H s3cret`, `get ${URL} --auth s3cret`, `post ${URL} --json {"p":"s3cret`])(
    'does not repeat what may be a secret: %s',
    (line) => {
      expect(() => read(line)).not.toThrow(/s3cret/);
    },
  );
});

describe('a mistyped word', () => {
  it.each([
    ['dowload', /unknown command "dowload"; did you mean download\?/],
    ['gte', /unknown command "gte"; did you mean get\?/],
    [
      'http://a.example/?token=s3cret',
      /^unknown command "http:\/\/a.example\/\?token=\*\*\*"; did you mean: sluice get URL/,
    ],
    ['help crwal', /unknown command "crwal"; did you mean crawl\?/],
    [`crawl ${URL} --dept 3`, /^unknown option "--dept" of sluice crawl; did you mean --depth\?$/],
    [`get ${URL} --folow`, /^unknown option "--folow" of sluice get; did you mean --follow\?$/],
    [`get ${URL} --out f`, /did you mean --output\?/],
    [
      `get ${URL} --nothing-like-it=s3cret`,
      /^unknown option "--nothing-like-it" of sluice get; 'sluice get --help' lists its options$/,
    ],
    [`get ${URL} -q`, /^unknown option "-q" of sluice get; 'sluice get --help'/],
    ['serve --prot 1', /did you mean --port\?/],
  ])('%s is told with the word that was meant', (line, message) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(message);
  });
});
