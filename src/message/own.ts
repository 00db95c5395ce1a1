/** A record's own value: an inherited one, of a polluted prototype, is nobody's wish. */
export function own<T extends object, K extends keyof T>(record: T, key: K): T[K] | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
