import { describe, expect, it } from 'vitest';
import { faultOf } from '../../../src/cli/report/json-fault.ts';

describe('the place where JSON ends to be JSON', () => {
  it.each<[string, number]>([
    ['{"a": [}', 7],
    ['{"a": 1,}', 8],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['{a: 1}', 1],
    ["['a']", 1],
    ['[01]', 1],
    ['[1.]', 1],
    ['[nul]', 1],
    ['[truely]', 1],
    ['["a\nb"]', 3],
    ['["\\x"]', 2],
    ['["\\u12"]', 2],
    ['[1] 2', 4],
    ['[1}', 2],
    ['', 0],
    ['  ', 2],
    ['{"a":', 5],
    ['["abc', 5],
    ['["a\\', 3],
    ['[[[', 3],
  ])('%j', (text, place) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(faultOf(text)).toBe(place);
  });

  it.each(['{}', '[]', ' {"a":[1,-0.5e+3,true,false,null,"\\u00e9\\n\u2028"],"b":{"c":{}}} ', '"x"', '0'])(
    'is behind all of %s',
    (text) => {
      JSON.parse(text);
      expect(faultOf(text)).toBe(text.length);
    },
  );

  it('is found in a long text', () => {
    const long = `{"a":"${'x\\n'.repeat(1_000_000)}",\n"b":[${'1,'.repeat(500_000)}?]}`;
    expect(long[faultOf(long)]).toBe('?');
  });
});
