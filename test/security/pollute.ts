/** Runs with properties on `Object.prototype`, as a flaw elsewhere in a program leaves them, and takes them off again. */
export async function polluted<T>(
  properties: Readonly<Record<string, unknown>>,
  run: () => T | Promise<T>,
): Promise<T> {
  const names = Object.keys(properties);
  for (const name of names) {
    const value = properties[name];
    // Writable, as an assignment makes it: else the program's own assignments to a key of that name would fail.
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: true });
  }
  try {
    return await run();
  } finally {
    for (const name of names) delete (Object.prototype as Record<string, unknown>)[name];
  }
}
