import { describe, expect, it } from 'vitest';
import { UriError } from '../../src/message/uri.ts';
import { expandTemplate } from '../../src/message/uri-template.ts';

/** The variables of RFC 6570, section 3.2; those of its sections 1.2 and 2.4 are among them. */
const VARS = {
  count: ['one', 'two', 'three'],
  dom: ['example', 'com'],
  dub: 'me/too',
  hello: 'Hello World!',
  half: '50%',
  var: 'value',
  who: 'fred',
  base: 'http://example.com/home/',
  path: '/foo/bar',
  list: ['red', 'green', 'blue'],
  keys: { semi: ';', dot: '.', comma: ',' },
  v: '6',
  x: '1024',
  y: '768',
  empty: '',
  empty_keys: {},
  empty_list: [],
  undef: null,
};

/** `template => expansion` in a line each; an expansion of nothing is left out. */
const rows = (text: string): [template: string, expansion: string][] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [template = '', expansion = ''] = line.trim().split(/ =>\s?/);
      return [template, expansion];
    });

describe('the examples of RFC 6570', () => {
  it.each(
    rows(`
      {var} => value
      {hello} => Hello%20World%21
      {half} => 50%25
      {base}index => http%3A%2F%2Fexample.com%2Fhome%2Findex
      O{empty}X => OX
      O{undef}X => OX
      {x,y} => 1024,768
      map?{x,y} => map?1024,768
      {x,hello,y} => 1024,Hello%20World%21,768
      ?{x,empty} => ?1024,
      ?{x,undef} => ?1024
      ?{undef,y} => ?768
      {var:3} => val
      {var:30} => value
      {count} => one,two,three
      {count*} => one,two,three
      {list} => red,green,blue
      {list*} => red,green,blue
      {keys} => semi,%3B,dot,.,comma,%2C
      {keys*} => semi=%3B,dot=.,comma=%2C
    `),
  )('simple: %s', (template, expansion) => {
    expect(expandTemplate(template, VARS)).toBe(expansion);
  });

  it.each(
    rows(`
      {+var} => value
      {+hello} => Hello%20World!
      {+half} => 50%25
      {+base}index => http://example.com/home/index
      O{+empty}X => OX
      O{+undef}X => OX
      {+path}/here => /foo/bar/here
      {+path:6}/here => /foo/b/here
      here?ref={+path} => here?ref=/foo/bar
      up{+path}{var}/here => up/foo/barvalue/here
      {+x,hello,y} => 1024,Hello%20World!,768
      {+path,x}/here => /foo/bar,1024/here
      {+list} => red,green,blue
      {+list*} => red,green,blue
      {+keys} => semi,;,dot,.,comma,,
      {+keys*} => semi=;,dot=.,comma=,
      {#var} => #value
      {#hello} => #Hello%20World!
      {#half} => #50%25
      foo{#empty} => foo#
      foo{#undef} => foo
      {#x,hello,y} => #1024,Hello%20World!,768
      {#path,x}/here => #/foo/bar,1024/here
      {#path:6}/here => #/foo/b/here
      {#list} => #red,green,blue
      {#list*} => #red,green,blue
      {#keys} => #semi,;,dot,.,comma,,
      {#keys*} => #semi=;,dot=.,comma=,
    `),
  )('reserved and fragment: %s', (template, expansion) => {
    expect(expandTemplate(template, VARS)).toBe(expansion);
  });

  it.each(
    rows(`
      {.who} => .fred
      {.who,who} => .fred.fred
      {.half,who} => .50%25.fred
      www{.dom*} => www.example.com
      X{.var} => X.value
      X{.x,y} => X.1024.768
      X{.var:3} => X.val
      X{.empty} => X.
      X{.undef} => X
      X{.list} => X.red,green,blue
      X{.list*} => X.red.green.blue
      X{.keys} => X.semi,%3B,dot,.,comma,%2C
      X{.keys*} => X.semi=%3B.dot=..comma=%2C
      X{.empty_keys} => X
      X{.empty_keys*} => X
      {/who} => /fred
      {/who,who} => /fred/fred
      {/half,who} => /50%25/fred
      {/who,dub} => /fred/me%2Ftoo
      {/var} => /value
      {/var,empty} => /value/
      {/var,undef} => /value
      {/var,x}/here => /value/1024/here
      {/var:1,var} => /v/value
      {/count} => /one,two,three
      {/count*} => /one/two/three
      {/list} => /red,green,blue
      {/list*} => /red/green/blue
      {/list*,path:4} => /red/green/blue/%2Ffoo
      {/keys} => /semi,%3B,dot,.,comma,%2C
      {/keys*} => /semi=%3B/dot=./comma=%2C
      {/empty_list} =>
      {/empty_list*} =>
    `),
  )('labels and segments: %s', (template, expansion) => {
    expect(expandTemplate(template, VARS)).toBe(expansion);
  });

  it.each(
    rows(`
      {;who} => ;who=fred
      {;half} => ;half=50%25
      {;empty} => ;empty
      {;hello:5} => ;hello=Hello
      {;v,empty,who} => ;v=6;empty;who=fred
      {;v,bar,who} => ;v=6;who=fred
      {;x,y} => ;x=1024;y=768
      {;x,y,empty} => ;x=1024;y=768;empty
      {;x,y,undef} => ;x=1024;y=768
      {;count} => ;count=one,two,three
      {;count*} => ;count=one;count=two;count=three
      {;list} => ;list=red,green,blue
      {;list*} => ;list=red;list=green;list=blue
      {;keys} => ;keys=semi,%3B,dot,.,comma,%2C
      {;keys*} => ;semi=%3B;dot=.;comma=%2C
      {?who} => ?who=fred
      {?half} => ?half=50%25
      {?x,y} => ?x=1024&y=768
      {?x,y,empty} => ?x=1024&y=768&empty=
      {?x,y,undef} => ?x=1024&y=768
      {?var:3} => ?var=val
      {?count} => ?count=one,two,three
      {?count*} => ?count=one&count=two&count=three
      {?list} => ?list=red,green,blue
      {?list*} => ?list=red&list=green&list=blue
      {?keys} => ?keys=semi,%3B,dot,.,comma,%2C
      {?keys*} => ?semi=%3B&dot=.&comma=%2C
      {?empty_list} =>
      {?empty_list*} =>
      {?empty_keys} =>
      {?empty_keys*} =>
      {&who} => &who=fred
      {&half} => &half=50%25
      ?fixed=yes{&x} => ?fixed=yes&x=1024
      {&var:3} => &var=val
      {&x,y,empty} => &x=1024&y=768&empty=
      {&x,y,undef} => &x=1024&y=768
      {&count*} => &count=one&count=two&count=three
      {&list} => &list=red,green,blue
      {&list*} => &list=red&list=green&list=blue
      {&keys} => &keys=semi,%3B,dot,.,comma,%2C
      {&keys*} => &semi=%3B&dot=.&comma=%2C
    `),
  )('parameters and queries: %s', (template, expansion) => {
    expect(expandTemplate(template, VARS)).toBe(expansion);
  });
});

describe('values beyond the examples', () => {
  const vars = {
    id: 'person',
    albums: ['person', 'albums'],
    fields: ['id', 'name', 'picture'],
    first_name: 'John',
    'last.name': 'Doe',
    'Some%20Thing': 'foo',
    'Stra%C3%9Fe': 'Grüner Weg',
    number: 6,
    long: 37.76,
    lat: -122.427,
    geocode: ['37.76', '-122.427'],
    sparql: 'SELECT ?b WHERE { ?b dc:creator <x> }',
    uri: 'http://example.org/?uri=http%3A%2F%2Fexample.org%2F',
    word: 'drücken',
    random: 'šŸ€×ÿ',
    special: { 'šŸ€': '×ÿ' },
    42: 'The Answer',
    1337: ['leet', 'as', 'it'],
    german: { 11: 'elf', 12: 'zwölf' },
    escaped: 'admin%2F',
    not_pct: '%foo',
    listed: ['red%25', '%2Fgreen', 'blue '],
    keyed: { key1: 'val1%2F', key2: 'val2%2F' },
    pair: { key1: 'val1', key2: 'val2' },
    yes: true,
    no: false,
    zero: 0,
    mixed: ['one', 2, true, false, 0],
    numbers: { zero: 0, one: '1' },
    flags: { positive: true, negative: false },
    emoji: '👍🏽ok',
    cjk: '日本語',
    holes: [undefined, 'a', null, ''],
    big: 12345678901234567890n,
    date: new Date(0),
    url: new URL('http://h/a?b'),
    set: new Set(['a', 'b']),
    map: new Map([['k', 1]]),
    boxed: Object('text'),
    list_of_nothing: [null, undefined],
    record_of_nothing: { a: null },
    ampersands: { 'a&b=c': 'd&e' },
  };

  it.each(
    rows(`
      {/id*} => /person
      {/albums*} => /person/albums
      {/id*}{?fields,first_name,last.name,number} => /person?fields=id,name,picture&first_name=John&last.name=Doe&number=6
      /search.{id}{?word,geocode,locale,result_type} => /search.person?word=dr%C3%BCcken&geocode=37.76,-122.427
      /test{/Some%20Thing} => /test/foo
      /lookup{?Stra%C3%9Fe} => /lookup?Stra%C3%9Fe=Gr%C3%BCner%20Weg
      /loc{?long,lat} => /loc?long=37.76&lat=-122.427
      /base{/number,first_name}/pages{/number,id}{?word} => /base/6/John/pages/6/person?word=dr%C3%BCcken
      /q{?sparql} => /q?sparql=SELECT%20%3Fb%20WHERE%20%7B%20%3Fb%20dc%3Acreator%20%3Cx%3E%20%7D
      /go{?uri} => /go?uri=http%3A%2F%2Fexample.org%2F%3Furi%3Dhttp%253A%252F%252Fexample.org%252F
      /service{?word} => /service?word=dr%C3%BCcken
      {random} => %C5%A1%C5%B8%E2%82%AC%C3%97%C3%BF
      {?special*} => ?%C5%A1%C5%B8%E2%82%AC=%C3%97%C3%BF
      {42} => The%20Answer
      {?42} => ?42=The%20Answer
      {1337} => leet,as,it
      {?1337*} => ?1337=leet&1337=as&1337=it
      {?german*} => ?11=elf&12=zw%C3%B6lf
      {?id,number,pair*} => ?id=person&number=6&key1=val1&key2=val2
      {/id}{?number,pair*} => /person?number=6&key1=val1&key2=val2
      {?id,number}{&pair*} => ?id=person&number=6&key1=val1&key2=val2
      /user{/id}{?number,long}{&pair*} => /user/person?number=6&long=37.76&key1=val1&key2=val2
      {+escaped} => admin%2F
      {#escaped} => #admin%2F
      {escaped} => admin%252F
      {+not_pct} => %25foo
      {#not_pct} => #%25foo
      {not_pct} => %25foo
      {+listed} => red%25,%2Fgreen,blue%20
      {#listed} => #red%25,%2Fgreen,blue%20
      {listed} => red%2525,%252Fgreen,blue%20
      {+keyed} => key1,val1%2F,key2,val2%2F
      {#keyed} => #key1,val1%2F,key2,val2%2F
      {keyed} => key1,val1%252F,key2,val2%252F
      {id} => person
      {id*} => person
      {.id*} => .person
      {;id*} => ;id=person
      {?id*} => ?id=person
      {&id*} => &id=person
      {yes} => true
      {no*} => false
      {zero} => 0
      {.yes} => .true
      {/no*} => /false
      {/zero} => /0
      {?zero*} => ?zero=0
      {?no} => ?no=false
      {mixed} => one,2,true,false,0
      {.mixed*} => .one.2.true.false.0
      {/mixed*} => /one/2/true/false/0
      {?mixed*} => ?mixed=one&mixed=2&mixed=true&mixed=false&mixed=0
      {numbers} => zero,0,one,1
      {.numbers*} => .zero=0.one=1
      {/flags} => /positive,true,negative,false
      {?flags*} => ?positive=true&negative=false
      {emoji:1} => %F0%9F%91%8D
      {emoji:2} => %F0%9F%91%8D%F0%9F%8F%BD
      {+emoji:3} => %F0%9F%91%8D%F0%9F%8F%BDo
      {cjk:2} => %E6%97%A5%E6%9C%AC
      {+escaped:6} => admin%2F
      {escaped:6} => admin%25
      {holes} => a,
      {?holes*} => ?holes=a&holes=
      {;holes*} => ;holes=a;holes
      {?list_of_nothing} =>
      {?list_of_nothing*} =>
      {?record_of_nothing} =>
      {/id,record_of_nothing*} => /person
      /{big} => /12345678901234567890
      {?date} => ?date=1970-01-01T00%3A00%3A00.000Z
      {?url} => ?url=http%3A%2F%2Fh%2Fa%3Fb
      {/set*} => /a/b
      {?map*} => ?k=1
      {?map} => ?map=k,1
      {boxed} => text
      {?ampersands*} => ?a%26b%3Dc=d%26e
      {word:1}{word:2}{word:9999} => ddrdr%C3%BCcken
      {id,undefined,_} => person
      fest, büro und ein Rest von % => fest,%20b%C3%BCro%20und%20ein%20Rest%20von%20%25
      /vars/:var => /vars/:var
      %C3%BC%zz => %C3%BC%25zz
    `),
  )('%s', (template, expansion) => {
    expect(expandTemplate(template, vars)).toBe(expansion);
  });

  it('takes a map of values', () => {
    expect(
      expandTemplate(
        '/{a}{?b*}',
        new Map<string, unknown>([
          ['a', 1],
          ['b', { c: 2 }],
        ]),
      ),
    ).toBe('/1?c=2');
  });

  it.each(['hasOwnProperty', 'constructor', 'toString', '__proto__', 'valueOf'])(
    'knows no variable %s that was not given',
    (name) => {
      expect(expandTemplate(`/x{?${name}}{${name}}`, {})).toBe('/x');
    },
  );

  it('takes nothing from a polluted prototype', () => {
    const polluted = Object.prototype as Record<string, unknown>;
    polluted['planted'] = 'evil';
    try {
      expect(expandTemplate('/x{?planted}{?list*}', { list: { a: 1 } })).toBe('/x?a=1');
    } finally {
      delete polluted['planted'];
    }
  });
});

describe('what is no template', () => {
  it.each([
    '{/id*',
    '/id*}',
    '{/?id}',
    '{var:prefix}',
    '{hello:2*}',
    '{??hello}',
    '{!hello}',
    '{with space}',
    '{ leading}',
    '{trailing }',
    '{=path}',
    '{$var}',
    '{|var*}',
    '{*keys?}',
    '{?empty=default,var}',
    '{var}{-prefix|/-/|var}',
    '?q={searchTerms}&amp;c={example:color?}',
    'x{?empty|foo=none}',
    '/h{#hello+}',
    '/h#{hello+}',
    '{;keys:1*}',
    '?{-join|&|var,list}',
    '/people/{~thing}',
    '/{default-graph-uri}',
    '/sparql{?query,default-graph-uri}',
    '/sparql{?query){&default-graph-uri*}',
    '/resolution{?x, y}',
    '{}',
    '{?}',
    '{,}',
    '{var,}',
    '{,var}',
    '{@var}',
    '{var:0}',
    '{var:01}',
    '{var:10000}',
    '{var:}',
    '{.}',
    '{a..b}',
    '{a.}',
    '{.a.}',
    '{%zz}',
    '{%2}',
    '{v{var}}',
    '}{',
    '{{var}}',
    '{var}}',
    '{grün}',
  ])('%s', (template) => {
    expect(() => expandTemplate(template, VARS)).toThrow(UriError);
    expect(() => expandTemplate(template, VARS)).toThrow('the URI template "');
  });

  it.each(['{keys:1}', '{+keys:1}', '{?list:3}'])('%s, a prefix of many values', (template) => {
    expect(() => expandTemplate(template, VARS)).toThrow(
      /uriVars: "(?:keys|list)" is a list or record, of which no prefix/,
    );
  });
});

describe('values that cannot be written', () => {
  class Opaque {
    secret = 'planted';
  }
  it.each([
    ['a function', () => 'planted', 'got function'],
    ['a symbol', Symbol('planted'), 'got symbol'],
    ['a promise', Promise.resolve('planted'), 'a promise'],
    ['an instance without text', new Opaque(), 'Opaque'],
    ['an invalid date', new Date(Number.NaN), 'invalid date'],
    ['a list with a record', [{ a: 'planted' }], 'a list or record within'],
    ['a record with a list', { a: ['planted'] }, 'a list or record within'],
    ['half of a surrogate pair', 'planted\ud83d', 'half of a surrogate pair'],
    ['half of a pair in a list', ['\udc00planted'], 'half of a surrogate pair'],
    ['bytes', new Uint8Array(3), 'Uint8Array'],
  ])('%s', (_, value, found) => {
    for (const template of ['/users/{id}', '/users/{+id}', '/users{?id*}']) {
      const attempt = () => expandTemplate(template, { id: value });
      expect(attempt).toThrow(TypeError);
      expect(attempt).toThrow(found);
      expect(attempt).toThrow('"id');
      expect(attempt).not.toThrow('planted');
    }
  });
});

describe('dot segments', () => {
  it.each([
    ['users/{id}/keys', { id: '..' }],
    ['users/{id}/keys', { id: '.' }],
    ['users/{id}', { id: '..' }],
    ['users{/path*}', { path: ['a', '..', 'b'] }],
    ['users/{+path}', { path: 'a/../../b' }],
    ['users/{+path}', { path: '%2e%2E/b' }],
    ['users/{+path}', { path: '.%2e' }],
    ['users/.{id}/keys', { id: '.' }],
    ['users/{a}{b}/keys', { a: '.', b: '.' }],
    ['users/{id}./keys', { id: '.' }],
    ['users/{.id}', { id: '' }],
    ['{id}', { id: '..' }],
    ['http://h/{id}?x=1#y', { id: '..' }],
  ])('%s with %o is refused', (template, values) => {
    expect(() => expandTemplate(template, values)).toThrow(UriError);
    expect(() => expandTemplate(template, values)).toThrow('leads elsewhere');
  });

  it.each([
    ['a/../{id}', { id: 'x' }, 'a/../x'],
    ['../{id}', { id: 'x' }, '../x'],
    ['users/{id}', { id: '...' }, 'users/...'],
    ['users/{id}', { id: '.a' }, 'users/.a'],
    ['users/{id}', { id: '../x' }, 'users/..%2Fx'],
    ['users/{id}', { id: '%2e%2e' }, 'users/%252e%252e'],
    ['users{?id}', { id: '..' }, 'users?id=..'],
    ['users?a=/{id}/', { id: '..' }, 'users?a=/../'],
    ['users#/{id}/', { id: '..' }, 'users#/../'],
    ['users/{name}.{ext}', { name: 'a', ext: 'b' }, 'users/a.b'],
    ['a/{x}..{x}/{id}', { id: 1 }, 'a/../1'],
  ])('%s with %o is not one', (template, values, expansion) => {
    expect(expandTemplate(template, values)).toBe(expansion);
  });
});
