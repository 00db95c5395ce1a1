/** The header map against the web's own, where the two mean the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HttpHeaders } from '../../src/message/headers.ts';
import { runs } from './runs.ts';

const name = fc.oneof(
  fc.constantFrom('Accept', 'accept', 'ACCEPT', 'X-A', 'x-a', 'Set-Cookie', 'set-cookie', 'Cookie'),
  fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,6}$/),
);
const anyName = fc.oneof(name, fc.string({ maxLength: 4, unit: 'binary' }));
const value = fc.string({
  maxLength: 12,
  unit: fc.constantFrom('a', 'B', '1', ' ', '\t', ',', ';', '=', '"', 'é', 'ÿ'),
});
const anyValue = fc.oneof(value, fc.string({ maxLength: 6, unit: 'binary' }));

type Step =
  | { readonly kind: 'append' | 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'delete'; readonly name: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('append' as const, 'set' as const), name, value }),
  fc.record({ kind: fc.constant('delete' as const), name }),
);

function play(steps: readonly Step[]): { ours: HttpHeaders; webs: Headers } {
  let ours = new HttpHeaders();
  const webs = new Headers();
  for (const one of steps) {
    if (one.kind === 'delete') {
      ours = ours.without(one.name);
      webs.delete(one.name);
    } else {
      ours = one.kind === 'set' ? ours.with(one.name, one.value) : ours.withAdded(one.name, one.value);
      webs[one.kind](one.name, one.value);
    }
  }
  return { ours, webs };
}

it("whatever is appended, set and deleted, each name reads as in the web's Headers", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), name, (steps, asked) => {
      const { ours, webs } = play(steps);
      expect(ours.has(asked)).toBe(webs.has(asked));
      expect(ours.get(asked)).toBe(webs.get(asked));
      expect(ours.getSetCookie()).toEqual(webs.getSetCookie());
      const keys = [...new Set([...ours].map(([key]) => key.toLowerCase()))].sort();
      expect(keys).toEqual([...new Set(webs.keys())].sort());
    }),
    runs(500),
  );
});

it('refuses every name and value that the web refuses, and no name more', () => {
  fc.assert(
    fc.property(anyName, anyValue, (wanted, given) => {
      const throws = (make: () => unknown): boolean => {
        try {
          make();
          return false;
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return true;
        }
      };
      const isRefused = throws(() => new HttpHeaders([[wanted, given]]));
      expect(throws(() => new HttpHeaders([[wanted, 'v']]))).toBe(throws(() => new Headers([[wanted, 'v']])));
      const isRefusedByWeb = throws(() => new Headers([[wanted, given]]));
      // The web cuts line ends from around a value, and lets other control characters pass, which RFC 9110 §5.5 does not.
      const hasControl = [...given].some((char) => char !== '\t' && (char < ' ' || char === '\x7f'));
      expect(isRefused).toBe(isRefusedByWeb || hasControl);
    }),
    runs(1_000),
  );
});

it('a value never changes by being set: the one before stays as it was', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 8 }), (first, then) => {
      const { ours } = play(first);
      const seen = [...ours];
      for (const one of then) {
        if (one.kind === 'delete') ours.without(one.name);
        else ours.with(one.name, one.value).withAdded(one.name, one.value);
      }
      expect([...ours]).toEqual(seen);
    }),
    runs(200),
  );
});
