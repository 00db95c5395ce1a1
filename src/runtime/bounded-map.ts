/** A memory with a bound: a program that meets any number of origins, names or files must not grow with them. */

/** A `Map` of at most `most` entries. The one that was set or used longest ago is forgotten first. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #most: number;
  readonly #release: (value: Value) => boolean;
  #newest: Key | undefined;

  /** @param release lets go of the oldest value; `false` keeps it, as the newest. Default: every value may go. */
  constructor(most: number, release: (value: Value) => boolean = () => true) {
    super();
    this.#most = most;
    this.#release = release;
  }

  /** The value, and from now on the newest entry; `get` leaves the order as it is. */
  use(key: Key): Value | undefined {
    const value = this.get(key);
    if (key !== this.#newest && value !== undefined) this.#append(key, value);
    return value;
  }

  override set(key: Key, value: Value): this {
    this.#append(key, value);
    if (this.size > this.#most) this.#forgetOne();
    return this;
  }

  #append(key: Key, value: Value): void {
    this.delete(key);
    super.set(key, value);
    this.#newest = key;
  }

  #forgetOne(): void {
    for (const [oldest, value] of this) {
      this.delete(oldest);
      if (!this.#release(value)) this.#append(oldest, value);
      return;
    }
  }
}
