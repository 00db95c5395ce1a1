/** A record's own value: an inherited one comes from a polluted prototype, and nobody asked for it. */
export function own<T extends object, K extends keyof T>(record: T, key: K): T[K] | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Whether a record is of the kind that has this key. Never by `in`, which a polluted prototype answers for it. */
export function has<T extends object, K extends PropertyKey>(
  record: T,
  key: K,
): record is Extract<T, { [P in K]?: unknown }> {
  return Object.hasOwn(record, key);
}
