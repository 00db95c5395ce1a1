import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Member, MemberSet } from '../../src/time/member-set.ts';

const member = (): Member => ({ index: -1 });

describe('a roster', () => {
  it('has those that joined and did not leave, whatever the order', () => {
    const members = Array.from({ length: 8 }, member);
    const step = fc.record({ joins: fc.boolean(), at: fc.nat({ max: members.length - 1 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        for (const one of members) one.index = -1;
        const roster = new MemberSet<Member>();
        const expected = new Set<Member>();
        for (const { joins, at } of steps) {
          const one = members[at]!;
          if (joins) roster.add(one);
          else roster.delete(one);
          if (joins) expected.add(one);
          else expected.delete(one);
        }
        expect(roster.size).toBe(expected.size);
        expect(new Set(roster.members())).toEqual(expected);
      }),
    );
  });

  it('may be left while its members are told something', () => {
    const roster = new MemberSet<Member>();
    const members = [member(), member(), member()];
    for (const one of members) roster.add(one);
    for (const one of roster.members()) roster.delete(one);
    expect(roster.size).toBe(0);
  });
});
