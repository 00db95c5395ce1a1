import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { withClassNames } from '../../scripts/class-names.ts';

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'ts' },
    bundle: true,
    format: 'cjs',
    target: 'node20',
    write: false,
  });
  return outputFiles[0]!.text;
}

const source = `
  export class Value {
    static readonly none = new Value();
    #at = 1;
    static is(other: object): boolean { return other instanceof Value && #at in other; }
  }
  export class Value2 extends Value { static made = (): Value2 => new Value2(); }
  export const texts = ['_Value', "the '_Value' of a text", '._Value', 'a_Value'];
`;

function run(code: string): { Value: typeof Object; Value2: typeof Object; texts: string[] } {
  const module = { exports: {} };
  new Function('module', 'exports', code)(module, module.exports);
  return module.exports as never;
}

describe('the names of classes in what is built', () => {
  it('are taken by esbuild from a class that speaks of itself', async () => {
    expect(run(await bundled(source)).Value.name).toBe('_Value');
  });

  it('are given back, and the class works as before', async () => {
    const { Value, Value2 } = run(withClassNames(await bundled(source)));
    expect([Value.name, Value2.name]).toEqual(['Value', 'Value2']);
    const { is, none } = Value as unknown as { is(other: object): boolean; none: object };
    expect([is(none), is({}), (Value2 as unknown as { made(): object }).made() instanceof Value]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('in texts are left as they are', async () => {
    const code = await bundled(source);
    expect(run(withClassNames(code)).texts).toEqual(run(code).texts);
  });

  it('of other code stay: a file without such a class comes out as it went in', () => {
    const code = 'var a = class _b {}; var _c = 1; this._d = class {};';
    expect(withClassNames(code)).toBe(code);
  });
});
