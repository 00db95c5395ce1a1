/** A set for what is joined and left thousands of times a second and listed rarely, as the calls under way of a client are. */

export interface Member {
  /** Its place in its set, of which it may be in one at a time; -1 when it is in none. Kept by the set. */
  index: number;
}

/**
 * A set of members in no order. A `Set` would do, but V8 links its former tables to their successors: each that has
 * grown old keeps the members of its time for the next collections, and a busy set makes a table for every few dozen.
 */
export class MemberSet<T extends Member> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  add(member: T): void {
    if (member.index !== -1) return;
    member.index = this.#members.length;
    this.#members.push(member);
  }

  delete(member: T): void {
    const { index } = member;
    if (index === -1) return;
    const last = this.#members.pop()!;
    if (last !== member) {
      this.#members[index] = last;
      last.index = index;
    }
    member.index = -1;
  }

  /** A copy: members may leave while it is walked through. */
  members(): T[] {
    return [...this.#members];
  }
}
