/** The path of a URI template as it was written, for whoever groups calls by it: few values, however many URLs. */

/** `/v1/users/{id}`: the path alone, from the root of its origin. */
export function templatePath(uri: string | URL, base: string | URL | null | false | undefined): string {
  const [path = ''] = String(uri).split(/[?#]|\{[?&#]/, 1);
  const whole = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(.*)$/is.exec(path)?.[1];
  if (whole !== undefined) return whole || '/';
  if (path.startsWith('/') || path.startsWith('{/')) return path;
  const before = base && URL.canParse(base) ? new URL(base).pathname.replace(/[^/]*$/, '') : '/';
  return `${before}${path}`;
}
