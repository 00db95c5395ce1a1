/** A name that nobody else has: 64 random bits in 11 characters. */
export function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => ({ '+': '_', '/': '~' })[sign] ?? '');
}
