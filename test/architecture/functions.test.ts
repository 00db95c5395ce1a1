import { describe, expect, it } from 'vitest';
import { functionsOf } from './functions.ts';
import { sourceFiles } from './imports.ts';

const MOST_LINES = 60;
const MOST_PARAMETERS = 5;

/** Functions that are over a limit today, each with its figure. None may be added, and none may grow. */
const STILL_LONG: Readonly<Record<string, number>> = {};
const STILL_MANY_PARAMETERS: Readonly<Record<string, number>> = {
  'src/message/response.ts HttpResponse.constructor': 6,
};

const functions = sourceFiles().flatMap(functionsOf);

/** One sentence for each function over its limit, and for each exception that is not needed any more. */
function over(figure: 'lines' | 'parameters', limit: number, exceptions: Readonly<Record<string, number>>): string[] {
  const tooMany = functions
    .filter((one) => one[figure] > (exceptions[one.name] ?? limit))
    .map((one) => `${one.name} has ${one[figure]} ${figure}, ${exceptions[one.name] ?? limit} at most`);
  const named = new Map(functions.map((one) => [one.name, one[figure]]));
  const done = Object.keys(exceptions)
    .filter((name) => (named.get(name) ?? 0) <= limit)
    .map((name) => `${name} keeps the limit now or is gone: take it from the list in this test`);
  return [...tooMany, ...done];
}

describe('functions', () => {
  it(`have at most ${MOST_LINES} lines`, () => {
    expect(functions.length).toBeGreaterThan(1000);
    expect(over('lines', MOST_LINES, STILL_LONG)).toEqual([]);
  });

  it(`have at most ${MOST_PARAMETERS} parameters`, () => {
    expect(over('parameters', MOST_PARAMETERS, STILL_MANY_PARAMETERS)).toEqual([]);
  });

  it.each<[string, string, [string, number, number][]]>([
    ['a declaration', 'function a(b, c) {\n  return b;\n}', [['a', 3, 2]]],
    [
      'a method and a constructor',
      'class A {\n  constructor(a) {}\n  #b() {\n  }\n}',
      [
        ['A.constructor', 1, 1],
        ['A.#b', 2, 0],
      ],
    ],
    ['an arrow in a variable', 'const a = (b) => b;', [['a', 1, 1]]],
    ['an arrow in an object', 'const a = { b: (c) => c };', [['b', 1, 1]]],
    ['an arrow that is passed', '\nf((a) => a)', [['(a function of line 2)', 1, 1]]],
    [
      'one within another',
      'function a() {\n  function b(c) {}\n}',
      [
        ['a', 3, 0],
        ['b', 1, 1],
      ],
    ],
    ['a type', 'interface A { b(c: number): void }', []],
  ])('are measured in %s', (_, text, measured) => {
    const found = functionsOf({ path: 'x.ts', text });
    expect(found.map(({ name, lines, parameters }) => [name.slice('x.ts '.length), lines, parameters])).toEqual(
      measured,
    );
  });
});
